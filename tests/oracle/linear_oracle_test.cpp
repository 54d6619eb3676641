#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/spd_inverse.hpp"
#include "models/linear.hpp"
#include "support/feature_oracle.hpp"

// EASE by its closed form: the whole matrix, a textbook inverse, sums over maps of names.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOracleCut;
/// Strengths and weights are floats there and doubles here.
constexpr double kTolerance = 1e-5;

using Matrix = std::vector<std::vector<double>>;

/// Gauss and Jordan with the largest pivot of a column.
Matrix naive_inverse(Matrix a) {
  const std::size_t n = a.size();
  Matrix b(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) b[i][i] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t best = k;
    for (std::size_t i = k; i < n; ++i) {
      if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
    }
    std::swap(a[k], a[best]);
    std::swap(b[k], b[best]);
    const double pivot = a[k][k];
    for (std::size_t j = 0; j < n; ++j) {
      a[k][j] /= pivot;
      b[k][j] /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i][k];
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] -= factor * a[k][j];
        b[i][j] -= factor * b[k][j];
      }
    }
  }
  return b;
}

/// A random positive definite matrix: M^T M + I / 2 of a random M.
Matrix random_spd(std::size_t n, std::uint64_t seed) {
  Rng rng(seed, n);
  Matrix m(n / 2 + 1, std::vector<double>(n));
  for (auto& row : m) {
    for (auto& value : row) value = rng.normal();
  }
  Matrix a(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (const auto& row : m) a[i][j] += row[i] * row[j];
    }
    a[i][i] += 0.5;
  }
  return a;
}

TEST(SpdInverseOracle, AgreesWithTheTextbook) {
  // around and above the width of a block, and sizes that no tile divides
  for (const std::size_t n : {0U, 1U, 2U, 5U, 63U, 64U, 65U, 130U, 201U}) {
    SCOPED_TRACE(n);
    const auto a = random_spd(n, 1);
    const auto expected = naive_inverse(a);
    std::vector<double> flat(n * n, std::nan(""));  // the upper triangle is not read
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) flat[i * n + j] = a[i][j];
    }
    auto once = flat;
    invert_spd(once, n, 1);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) EXPECT_NEAR(once[i * n + j], expected[i][j], 1e-9);
    }
    auto again = flat;
    invert_spd(again, n, 4);
    EXPECT_EQ(again, once);
  }
}

TEST(SpdInverseOracle, RefusesWhatIsNotPositiveDefinite) {
  std::vector<double> matrix{1, 2, 2, 1};
  try {
    invert_spd(matrix, 2, 1);
    ADD_FAILURE() << "was inverted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInternal);
  }
}

double naive_worth(Action action, const LinearConfig& config) {
  switch (action) {
    case Action::kView:
      return 1;
    case Action::kLike:
      return config.like_weight;
    case Action::kBasketAdd:
      return config.basket_weight;
    case Action::kOrder:
      return config.order_weight;
    default:
      return 0;
  }
}

/// Strengths of interest by user and product, all products.
using Strengths = std::map<std::string, std::map<std::string, double>>;

Strengths naive_strengths(const test::World& world, const LinearConfig& config) {
  Strengths sums;
  for (const auto& event : world.past) {
    const double worth = naive_worth(event.action, config);
    if (event.item.empty() || worth == 0) continue;
    sums[event.user][event.item] +=
        worth * std::exp2(-to_days(kCut - event.time) / config.half_life_days);
  }
  for (auto& [user, products] : sums) {
    for (auto& [item, sum] : products) sum = std::log1p(sum);
  }
  return sums;
}

/// The most active products, ties to the smaller id; in order of their ids.
std::vector<std::string> naive_products(const test::World& world, const LinearConfig& config) {
  std::map<std::string, int> count;
  for (const auto& event : world.past) {
    if (!event.item.empty() && naive_worth(event.action, {}) > 0) ++count[event.item];
  }
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [item, n] : count) order.emplace_back(-n, item);
  std::sort(order.begin(), order.end());
  order.resize(std::min<std::size_t>(order.size(), static_cast<std::size_t>(config.max_products)));
  std::vector<std::string> products;
  for (const auto& entry : order) products.push_back(entry.second);
  std::sort(products.begin(), products.end());
  return products;
}

/// B of the paper.
Matrix naive_weights(const Strengths& strengths, const std::vector<std::string>& products,
                     double ridge) {
  const std::size_t n = products.size();
  Matrix gram(n, std::vector<double>(n, 0.0));
  const auto of = [](const std::map<std::string, double>& user, const std::string& item) {
    const auto it = user.find(item);
    return it == user.end() ? 0.0 : it->second;
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (const auto& [user, mine] : strengths) {
        gram[i][j] += of(mine, products[i]) * of(mine, products[j]);
      }
    }
    gram[i][i] += ridge;
  }
  auto b = naive_inverse(gram);
  const auto p = b;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) b[i][j] = i == j ? 0 : -p[i][j] / p[j][j];
  }
  return b;
}

std::size_t compare_weights(std::uint64_t seed, const LinearConfig& config) {
  const test::World world(seed);
  const auto& shop = world.shop;
  const auto model = Linear::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config);
  const auto products = naive_products(world, config);
  const auto expected = naive_weights(naive_strengths(world, config), products, config.ridge);
  const std::set<std::string> known(products.begin(), products.end());
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    const std::string item(shop.items.text(i));
    EXPECT_EQ(model.knows(ItemIdx(i)), known.contains(item)) << item;
  }
  std::size_t n_weights = 0;
  for (std::size_t i = 0; i < products.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << " " << products[i]);
    std::vector<double> sizes;
    for (const double weight : expected[i]) sizes.push_back(std::abs(weight));
    std::sort(sizes.rbegin(), sizes.rend());
    const auto found = model.weights(test::item_of(shop, products[i]));
    const auto limit = static_cast<std::size_t>(config.neighbours);
    EXPECT_EQ(found.size(), std::min(limit, products.size() - 1));
    for (std::size_t r = 0; r < found.size(); ++r) {
      const std::string other(shop.items.external(found[r].id));
      EXPECT_NE(other, products[i]) << "the diagonal is zero";
      const auto j = std::lower_bound(products.begin(), products.end(), other) - products.begin();
      EXPECT_NEAR(found[r].score, expected[i][static_cast<std::size_t>(j)], kTolerance) << other;
      EXPECT_NEAR(std::abs(found[r].score), sizes[r], kTolerance) << other;
      ++n_weights;
    }
  }
  return n_weights;
}

TEST(LinearOracle, AgreesWithTheClosedForm) {
  std::size_t n_weights = 0;
  for (const auto seed : test::property_seeds(3)) n_weights += compare_weights(seed, {.ridge = 2});
  EXPECT_GT(n_weights, 1000U);
}

TEST(LinearOracle, FewProductsAndFewWeights) {
  std::size_t n_weights = 0;
  for (const auto seed : test::property_seeds(3)) {
    n_weights += compare_weights(seed, {.max_products = 17,
                                        .ridge = 0.5,
                                        .half_life_days = 1,
                                        .like_weight = 0,
                                        .order_weight = 9,
                                        .neighbours = 5});
  }
  EXPECT_EQ(n_weights, 3U * 17U * 5U);
}

TEST(LinearOracle, OnlyTheStrongestProductsOfAUserCount) {
  const test::World world(1);
  LinearConfig config{.ridge = 2, .user_products = 2};
  const auto model = Linear::fit({world.shop, kCut, kUsPerDay, 20, 10, 2}, config);
  const auto products = naive_products(world, config);
  auto strengths = naive_strengths(world, config);
  for (auto& [user, mine] : strengths) {
    std::vector<double> order;
    for (const auto& [item, strength] : mine) order.push_back(strength);
    std::sort(order.rbegin(), order.rend());
    if (order.size() > 2) {
      std::erase_if(mine, [&](const auto& entry) { return entry.second < order[1]; });
    }
  }
  const auto expected = naive_weights(strengths, products, config.ridge);
  for (std::size_t i = 0; i < products.size(); ++i) {
    for (const auto& entry : model.weights(test::item_of(world.shop, products[i]))) {
      const std::string other(world.shop.items.external(entry.id));
      const auto j = std::lower_bound(products.begin(), products.end(), other) - products.begin();
      EXPECT_NEAR(entry.score, expected[i][static_cast<std::size_t>(j)], kTolerance) << other;
    }
  }
}

/// x B for a user and a product by the closed form, with the model's defaults.
struct NaiveScores {
  explicit NaiveScores(const test::World& world)
      : products(naive_products(world, {})),
        strengths(naive_strengths(world, {})),
        weights(naive_weights(strengths, products, LinearConfig{}.ridge)) {}

  /// NaN for a product that was not learned of.
  [[nodiscard]] double of(const std::string& user, const std::string& item) const {
    const auto at = [&](const std::string& name) {
      return static_cast<std::size_t>(std::lower_bound(products.begin(), products.end(), name) -
                                      products.begin());
    };
    const std::size_t j = at(item);
    if (j == products.size() || products[j] != item) return std::nan("");
    double sum = 0;
    const auto it = strengths.find(user);
    if (it == strengths.end()) return 0;
    for (const auto& [other, strength] : it->second) sum += strength * weights[at(other)][j];
    return sum;
  }

  std::vector<std::string> products;
  Strengths strengths;
  Matrix weights;
};

TEST(LinearFeatures, Score) {
  std::map<std::vector<test::Event>, NaiveScores> naive;  // by the log
  test::expect_column("linear__score",
                      [&](const test::World& world, const auto& user, const auto& item) {
                        return naive.try_emplace(world.past, world).first->second.of(user, item);
                      });
}

TEST(LinearFeatures, RankAndShareFollowTheScore) {
  const test::World world(3);
  const std::size_t score = world.column("linear__score");
  const std::size_t rank = world.column("linear__rank");
  const std::size_t share = world.column("linear__share_of_best");
  const std::size_t stride = world.engine.column_names().size();
  std::size_t n_ranked = 0;
  for (std::size_t u = 0; u < world.shop.users.size(); ++u) {
    const auto block = test::block_of(world.engine, world.shop, kCut, UserIdx(u));
    const auto at = [&](std::size_t row, std::size_t column) {
      return block.features[row * stride + column];
    };
    float best = -1e9F;
    for (std::size_t r = 0; r < block.n_rows(); ++r) best = std::fmax(best, at(r, score));
    for (std::size_t r = 0; r < block.n_rows(); ++r) {
      if (std::isnan(at(r, score))) {
        EXPECT_TRUE(std::isnan(at(r, rank)) && std::isnan(at(r, share)));
        continue;
      }
      std::size_t n_better = 0;
      for (std::size_t s = 0; s < block.n_rows(); ++s) n_better += at(s, score) > at(r, score);
      EXPECT_EQ(at(r, rank), static_cast<float>(n_better));
      EXPECT_EQ(std::isnan(at(r, share)), best <= 0);
      if (best > 0) {
        EXPECT_FLOAT_EQ(at(r, share), at(r, score) / best);
      }
      n_ranked += n_better > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(n_ranked, 100U);
}

}  // namespace
}  // namespace vitrina::models
