#include "evaluation/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/error.hpp"

namespace vitrina::evaluation {
namespace {

/// What became of one second of a customer, in which two products were wanted.
metrics::UserResult moment(std::size_t user, std::uint32_t cut, std::uint32_t n_hits) {
  return {.user = UserIdx(user), .cut = cut, .n_bought = 2, .n_hits = n_hits, .sent = true};
}

/// A replay with one k, with moments of the kind `all` alone.
Replay replay_with(const std::vector<metrics::UserResult>& all) {
  Replay replay;
  for (auto& by_k : replay.live) by_k.resize(1);
  replay.live.front().front() = all;
  return replay;
}

const ReplayConfig kConfig{.k = {10}, .n_draws = 200};

TEST(CompareLive, TellsHitRatesOfTheSameMoments) {
  const auto found = replay_with({moment(0, 0, 2), moment(0, 1, 1), moment(1, 0, 1)});
  const auto other = replay_with({moment(0, 0, 1), moment(0, 1, 0), moment(1, 0, 0)});
  const auto versus = compare_live(found, other, kConfig);
  ASSERT_EQ(versus.front().size(), 1);
  const auto& rate = versus.front().front();
  EXPECT_EQ(rate.k, 10);
  EXPECT_DOUBLE_EQ(rate.live, 0.5 / 3);
  EXPECT_DOUBLE_EQ(rate.difference.value, 0.5);
  // each moment is ahead by the same half, whoever is drawn
  EXPECT_DOUBLE_EQ(rate.difference.interval.low, 0.5);
  EXPECT_DOUBLE_EQ(rate.difference.interval.high, 0.5);
}

TEST(CompareLive, DrawsCustomersWithAllTheirMoments) {
  // customer 0 is ahead by all at one moment, customer 1 behind by all at three
  const auto found =
      replay_with({moment(0, 0, 2), moment(1, 0, 0), moment(1, 1, 0), moment(1, 2, 0)});
  const auto other =
      replay_with({moment(0, 0, 0), moment(1, 0, 2), moment(1, 1, 2), moment(1, 2, 2)});
  const auto difference = compare_live(found, other, kConfig).front().front().difference;
  EXPECT_DOUBLE_EQ(difference.value, -0.5);
  EXPECT_DOUBLE_EQ(difference.interval.low, -1);
  EXPECT_DOUBLE_EQ(difference.interval.high, 1);
}

TEST(CompareLive, TheSameAnswersAreLevel) {
  const auto found = replay_with({moment(0, 0, 2), moment(1, 0, 0)});
  const auto difference = compare_live(found, found, kConfig).front().front().difference;
  EXPECT_EQ(difference.value, 0);
  EXPECT_EQ(difference.interval.low, 0);
  EXPECT_EQ(difference.interval.high, 0);
}

TEST(CompareLive, TargetsWithoutMomentsHaveNoValue) {
  const auto found = replay_with({moment(0, 0, 2)});
  const auto rate = compare_live(found, found, kConfig).back().front();
  EXPECT_TRUE(std::isnan(rate.live));
  EXPECT_TRUE(std::isnan(rate.difference.value));
}

TEST(CompareLive, RefusesOtherMoments) {
  const auto found = replay_with({moment(0, 0, 2), moment(0, 1, 2)});
  const auto other = replay_with({moment(0, 0, 2), moment(0, 2, 2)});
  EXPECT_THROW(compare_live(found, other, kConfig), Error);
}

}  // namespace
}  // namespace vitrina::evaluation
