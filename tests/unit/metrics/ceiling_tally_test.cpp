#include "metrics/ceiling_tally.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vitrina::metrics {
namespace {

std::vector<ItemIdx> items(const std::vector<std::size_t>& numbers) {
  return {numbers.begin(), numbers.end()};
}

TEST(CeilingTally, CountsPairsNewPairsAndTheMeanOverBuyers) {
  CeilingTally tally;
  // of three products, one touched before, the list has that one and a new one
  tally.add(items({1, 2, 3}), items({2, 9}), items({7, 3, 2}));
  tally.add(items({4}), items({}), items({5}));
  EXPECT_EQ(tally.buyers, 2U);
  EXPECT_EQ(tally.bought, 4U);
  EXPECT_EQ(tally.found, 2U);
  EXPECT_EQ(tally.bought_new, 3U);
  EXPECT_EQ(tally.found_new, 1U);
  EXPECT_DOUBLE_EQ(tally.share_of_pairs(), 0.5);
  EXPECT_DOUBLE_EQ(tally.share_of_new_pairs(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(tally.recall(), (2.0 / 3 + 0) / 2);
  EXPECT_DOUBLE_EQ(tally.mean_list(), 2.0);
}

TEST(CeilingTally, WindowsAddUp) {
  CeilingTally first;
  first.add(items({1, 2}), items({1}), items({1}));
  CeilingTally second;
  second.add(items({1}), items({}), items({1, 3}));
  CeilingTally both = first;
  both.add(second);
  CeilingTally at_once;
  at_once.add(items({1, 2}), items({1}), items({1}));
  at_once.add(items({1}), items({}), items({1, 3}));
  EXPECT_EQ(both.buyers, at_once.buyers);
  EXPECT_EQ(both.found, at_once.found);
  EXPECT_EQ(both.found_new, at_once.found_new);
  EXPECT_EQ(both.bought_new, at_once.bought_new);
  EXPECT_EQ(both.listed, at_once.listed);
  EXPECT_DOUBLE_EQ(both.recall(), at_once.recall());
}

TEST(CeilingTally, OfNobodyIsNaN) {
  const CeilingTally nothing;
  EXPECT_TRUE(std::isnan(nothing.share_of_pairs()));
  EXPECT_TRUE(std::isnan(nothing.share_of_new_pairs()));
  EXPECT_TRUE(std::isnan(nothing.recall()));
  EXPECT_TRUE(std::isnan(nothing.mean_list()));
}

}  // namespace
}  // namespace vitrina::metrics
