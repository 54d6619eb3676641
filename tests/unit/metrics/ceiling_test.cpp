#include "metrics/ceiling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace vitrina::metrics {
namespace {

/// By user, as ceilings want them.
UserLists pairs(std::vector<std::pair<std::size_t, std::size_t>> list) {
  std::sort(list.begin(), list.end());
  UserLists result;
  for (auto at = list.begin(); at != list.end();) {
    const auto user = at->first;
    std::vector<ItemIdx> items;
    for (; at != list.end() && at->first == user; ++at) items.emplace_back(at->second);
    result.add(UserIdx(user), items);
  }
  return result;
}

TEST(Ceiling, CountsPairsAndTheMeanOverBuyers) {
  const auto bought = pairs({{0, 1}, {0, 2}, {1, 3}, {2, 4}});
  const auto candidates = pairs({{0, 1}, {0, 9}, {1, 3}, {5, 4}});
  const Ceiling found = ceiling(bought, candidates);
  EXPECT_EQ(found.bought, 4U);
  EXPECT_EQ(found.found, 2U);
  EXPECT_DOUBLE_EQ(found.share_of_pairs, 0.5);
  EXPECT_DOUBLE_EQ(found.recall, (0.5 + 1.0 + 0.0) / 3);
}

TEST(Ceiling, LimitsSendTheBestUsersAndAtMostKProducts) {
  const auto bought = pairs({{0, 1}, {0, 2}, {1, 3}, {2, 4}});
  EXPECT_DOUBLE_EQ(ceiling(bought, bought, {.max_users = 1}).recall, 1.0 / 3);
  EXPECT_DOUBLE_EQ(ceiling(bought, bought, {.k = 1}).recall, 2.5 / 3);
  EXPECT_DOUBLE_EQ(ceiling(bought, bought, {.max_users = 2, .k = 1}).recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(ceiling(bought, bought, {.max_users = 1, .k = 1}).share_of_pairs, 1.0);
}

TEST(Ceiling, WithoutPurchasesIsNaN) {
  const Ceiling nothing = ceiling({}, pairs({{0, 1}}));
  EXPECT_TRUE(std::isnan(nothing.share_of_pairs));
  EXPECT_TRUE(std::isnan(nothing.recall));
}

}  // namespace
}  // namespace vitrina::metrics
