#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/rng.hpp"
#include "models/topk_products.hpp"

// The search by tiles and panels against all scores, one by one, sorted as a whole.

namespace vitrina::models {
namespace {

struct Vectors {
  std::size_t n;
  std::size_t dim;
  AlignedFloats values;

  [[nodiscard]] ConstMatrixView view() const { return {values.data(), dim}; }
};

/// Normal numbers; lengths differ as they do among factors, so that bounds can cut.
Vectors random_vectors(std::uint64_t seed, std::size_t n, std::size_t dim) {
  Vectors vectors{n, dim, AlignedFloats(n * dim)};
  for (std::size_t r = 0; r < n; ++r) {
    Rng rng(seed, r);
    const double length = rng.exponential(1);
    for (std::size_t d = 0; d < dim; ++d) {
      vectors.values[r * dim + d] = static_cast<float>(length * rng.normal());
    }
  }
  return vectors;
}

/// Ids that do not follow the order of the rows.
std::vector<ItemIdx> scattered_ids(std::size_t n) {
  std::vector<ItemIdx> ids;
  for (std::size_t i = 0; i < n; ++i) ids.emplace_back((n - 1 - i) * 3);
  return ids;
}

/// One chain of fused additions, which is what the score is defined as.
float chained(const float* a, const float* b, std::size_t dim) {
  float sum = 0;
  for (std::size_t d = 0; d < dim; ++d) sum = std::fma(a[d], b[d], sum);
  return sum;
}

std::vector<ScoredItem> naive_top(const float* user, const Vectors& products,
                                  const std::vector<ItemIdx>& ids, std::size_t k) {
  std::vector<ScoredItem> all;
  for (std::size_t i = 0; i < products.n; ++i) {
    all.push_back({ids[i], chained(user, products.view().row(i), products.dim)});
  }
  std::sort(all.begin(), all.end(), ranks_before<ItemIdx>);
  all.resize(std::min(k, all.size()));
  return all;
}

void expect_same(const Vectors& users, const Vectors& products, std::size_t k, int threads) {
  const auto ids = scattered_ids(products.n);
  const TopkProducts search(products.view(), ids, products.dim);
  const auto lists = search.find(users.view(), users.n, k, threads);
  ASSERT_EQ(lists.n_rows(), users.n);
  for (std::size_t u = 0; u < users.n; ++u) {
    const auto row = lists.row(u);
    const auto expected = naive_top(users.view().row(u), products, ids, k);
    ASSERT_EQ(std::vector<ScoredItem>(row.begin(), row.end()), expected) << "user " << u;
  }
}

TEST(TopkProductsOracle, SameListsToTheBit) {
  // several blocks and a part of one, panels with and without empty places
  for (const std::size_t n_products : {1U, 15U, 16U, 700U}) {
    const auto products = random_vectors(1, n_products, 24);
    expect_same(random_vectors(2, 205, 24), products, 10, 2);
  }
}

TEST(TopkProductsOracle, TiesGoToTheSmallerId) {
  auto products = random_vectors(3, 300, 8);
  for (std::size_t i = 0; i < products.n; ++i) {
    std::copy_n(products.view().row(i % 7), 8, products.values.data() + i * 8);
  }
  expect_same(random_vectors(4, 50, 8), products, 60, 1);
}

TEST(TopkProductsOracle, SameWithAnyNumberOfThreads) {
  const auto products = random_vectors(5, 900, 64);
  const auto users = random_vectors(6, 400, 64);
  const auto ids = scattered_ids(products.n);
  const TopkProducts search(products.view(), ids, products.dim);
  const auto one = search.find(users.view(), users.n, 25, 1);
  const auto three = search.find(users.view(), users.n, 25, 3);
  EXPECT_EQ(one.offsets, three.offsets);
  EXPECT_EQ(one.values, three.values);
}

TEST(TopkProductsOracle, ScoresMayBeNegativeAndUsersZero) {
  auto products = random_vectors(7, 40, 8);
  for (auto& value : products.values) value = -std::abs(value);
  auto users = random_vectors(8, 9, 8);
  for (auto& value : users.values) value = std::abs(value);
  std::fill_n(users.values.data(), 8, 0.0F);
  expect_same(users, products, 12, 1);
  expect_same(users, products, 0, 1);
}

}  // namespace
}  // namespace vitrina::models
