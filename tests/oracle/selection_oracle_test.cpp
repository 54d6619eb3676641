#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "core/rng.hpp"
#include "core/topk.hpp"
#include "selection/ratio_choice.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::selection {
namespace {

constexpr std::size_t kUsers = 5;
constexpr std::size_t kItems = 6;

/// w of every pair, in 64ths so that sums are exact and ties are common.
using Weights = std::vector<std::vector<int>>;

/// The largest sum of w over all ways to send at most `k` products to at most `max_users` users:
/// every subset of users, every subset of products for each.
int best_by_trying_everything(const Weights& w, std::size_t max_users, std::size_t k) {
  int best = 0;
  for (unsigned users = 0; users < (1U << kUsers); ++users) {
    if (static_cast<std::size_t>(std::popcount(users)) > max_users) continue;
    int total = 0;
    for (std::size_t u = 0; u < kUsers; ++u) {
      if ((users >> u & 1U) == 0) continue;
      int best_list = 0;
      for (unsigned items = 0; items < (1U << kItems); ++items) {
        if (static_cast<std::size_t>(std::popcount(items)) > k) continue;
        int sum = 0;
        for (std::size_t i = 0; i < kItems; ++i) sum += (items >> i & 1U) != 0 ? w[u][i] : 0;
        best_list = std::max(best_list, sum);
      }
      total += best_list;
    }
    best = std::max(best, total);
  }
  return best;
}

TEST(SelectionOracle, NoSubsetOfUsersAndProductsIsBetter) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    Weights w(kUsers, std::vector<int>(kItems));
    for (auto& row : w) {
      for (int& value : row) value = rng.chance(0.3) ? 0 : static_cast<int>(rng.below(20));
    }
    const std::size_t max_users = rng.below(kUsers + 1);
    const std::size_t k = 1 + rng.below(kItems);

    UserChoice<Scored<ItemIdx>> choice({.max_users = max_users, .k = k});
    for (std::size_t u = 0; u < kUsers; ++u) {
      std::vector<Scored<ItemIdx>> offers;
      offers.reserve(kItems);
      for (std::size_t i = 0; i < kItems; ++i) {
        offers.push_back({ItemIdx(i), static_cast<float>(w[u][i]) / 64.0F});
      }
      choice.add(UserIdx(u), offers);
    }
    const auto chosen = choice.finish();

    EXPECT_LE(chosen.users.size(), max_users);
    double achieved = 0.0;
    for (std::size_t r = 0; r < chosen.users.size(); ++r) {
      EXPECT_EQ(chosen.items.row(r).size(), k);
      double row = 0.0;
      for (const auto& entry : chosen.items.row(r)) {
        row += w[chosen.users[r].value][entry.id.value] / 64.0;
      }
      EXPECT_EQ(row, chosen.score_sum[r]);
      if (r > 0) {
        EXPECT_LE(row, chosen.score_sum[r - 1]);
      }
      achieved += row;
    }
    EXPECT_EQ(achieved, best_by_trying_everything(w, max_users, k) / 64.0);
  }
}

/// The largest ratio of sums over all ways to take `n` rows.
double ratio_by_trying_everything(const std::vector<double>& value, const std::vector<double>& cost,
                                  std::size_t n, RatioPrior prior) {
  double best = 0;
  for (unsigned rows = 0; rows < (1U << value.size()); ++rows) {
    if (static_cast<std::size_t>(std::popcount(rows)) != n) continue;
    double values = prior.value;
    double costs = prior.cost;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if ((rows >> i & 1U) == 0) continue;
      values += value[i];
      costs += cost[i];
    }
    if (costs > 0) best = std::max(best, values / costs);
  }
  return best;
}

TEST(SelectionOracle, NoRowsHaveALargerRatio) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    std::vector<double> value(1 + rng.below(9));
    std::vector<double> cost(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      cost[i] = static_cast<double>(1 + rng.below(64)) / 64.0;
      value[i] = cost[i] * static_cast<double>(rng.below(17)) / 16.0;  // exact, with many ties
    }
    const std::size_t n = 1 + rng.below(value.size());
    const RatioPrior prior{static_cast<double>(rng.below(9)) / 16.0,
                           static_cast<double>(rng.below(17)) / 16.0};
    const auto rows = best_ratio(value, cost, n, prior);
    ASSERT_EQ(rows.size(), n);
    double values = prior.value;
    double costs = prior.cost;
    for (const std::size_t row : rows) {
      values += value[row];
      costs += cost[row];
    }
    EXPECT_DOUBLE_EQ(values / costs, ratio_by_trying_everything(value, cost, n, prior));
  }
}

}  // namespace
}  // namespace vitrina::selection
