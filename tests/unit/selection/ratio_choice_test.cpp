#include "selection/ratio_choice.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "core/topk.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::selection {
namespace {

using Rows = std::vector<std::size_t>;

TEST(RatioChoice, PrefersTheSureToTheLarge) {
  // rows 0 and 1 have the larger sum, .9 of 1.5; row 2 gives all that it costs
  const std::vector<double> value{0.5, 0.4, 0.3};
  const std::vector<double> cost{0.7, 0.8, 0.3};
  EXPECT_EQ(best_ratio(value, cost, 1), (Rows{2}));
  EXPECT_EQ(best_ratio(value, cost, 2), (Rows{0, 2}));
  EXPECT_EQ(best_ratio(value, cost, 3), (Rows{0, 1, 2}));
}

TEST(RatioChoice, FillsUpWithWhoCostsLeast) {
  const std::vector<double> value{0.5, 0.2, 0.0};
  const std::vector<double> cost{0.5, 0.4, 0.0};
  EXPECT_EQ(best_ratio(value, cost, 2), (Rows{0, 2}));
}

TEST(RatioChoice, WithEqualRatiosTheFirstAreTaken) {
  const std::vector<double> value{0.4, 0.3, 0.2};
  EXPECT_EQ(best_ratio(value, value, 2), (Rows{0, 1}));
  const std::vector<double> nothing(3, 0.0);
  EXPECT_EQ(best_ratio(value, nothing, 2), (Rows{0, 1}));
}

TEST(RatioChoice, APriorKeepsNextToNothingFromWinning) {
  const std::vector<double> value{0.8, 0.001};
  const std::vector<double> cost{1.0, 0.001};
  EXPECT_EQ(best_ratio(value, cost, 1), (Rows{1}));
  EXPECT_EQ(best_ratio(value, cost, 1, {0.5, 1.0}), (Rows{0}));
}

TEST(RatioChoice, NobodyIsFineToo) {
  EXPECT_TRUE(best_ratio({}, {}, 3).empty());
  const std::vector<double> one{0.5};
  EXPECT_TRUE(best_ratio(one, one, 0).empty());
  EXPECT_EQ(best_ratio(one, one, 9), (Rows{0}));
}

TEST(RatioChoice, WhatIsNoProbabilityIsAnError) {
  const std::vector<double> fine{0.5, 0.5};
  const std::vector<double> negative{0.5, -0.5};
  const std::vector<double> not_a_number{0.5, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(best_ratio(fine, negative, 1), Error);
  EXPECT_THROW(best_ratio(not_a_number, fine, 1), Error);
  EXPECT_THROW(best_ratio(fine, std::vector<double>{0.5}, 1), Error);
}

TEST(RatioChoice, RowsKeepTheirProductsAndOrder) {
  Choice<Scored<ItemIdx>> all;
  all.users = {UserIdx(4), UserIdx(2), UserIdx(7)};
  all.score_sum = {0.5, 0.4, 0.375};
  all.items.values = {{ItemIdx(1), 0.5F}, {ItemIdx(2), 0.4F}, {ItemIdx(3), 0.375F}};
  all.items.offsets = {0, 1, 2, 3};
  const auto chosen = choose_for_ratio(all, std::vector<double>{0.7, 0.8, 0.375}, 2);
  EXPECT_EQ(chosen.users, (std::vector<UserIdx>{UserIdx(4), UserIdx(7)}));
  EXPECT_EQ(chosen.score_sum, (std::vector<double>{0.5, 0.375}));
  ASSERT_EQ(chosen.items.n_rows(), 2);
  EXPECT_EQ(chosen.items.row(1)[0].id, ItemIdx(3));
}

TEST(ChooseConfig, AnUnknownReadingIsNamed) {
  EXPECT_TRUE(read_choose({{"choose.reading", "b"}}).is_for_ratio());
  EXPECT_FALSE(read_choose({}).is_for_ratio());
  EXPECT_THROW(read_choose({{"choose.reading", "c"}}), Error);
}

}  // namespace
}  // namespace vitrina::selection
