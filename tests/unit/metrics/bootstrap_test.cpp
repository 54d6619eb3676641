#include "metrics/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"

namespace vitrina::metrics {
namespace {

UserResult result(std::size_t user, std::uint32_t bought, std::uint32_t hits, bool sent,
                  std::uint32_t cut = 0) {
  return {.user = UserIdx(user), .cut = cut, .n_bought = bought, .n_hits = hits, .sent = sent};
}

/// Each user buys one product; the answer has it with the given probability.
std::vector<UserResult> coin_world(std::size_t n_users, double probability, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<UserResult> results;
  results.reserve(n_users);
  for (std::size_t u = 0; u < n_users; ++u) {
    results.push_back(result(u, 1, rng.chance(probability) ? 1 : 0, true));
  }
  return results;
}

void expect_equal(const Interval& a, const Interval& b) {
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
}

TEST(Bootstrap, IntervalOfAShareIsTheBinomialOne) {
  const auto results = coin_world(1000, 0.3, 7);
  const double share = readings(results).value.a;
  const double half = 1.96 * std::sqrt(share * (1 - share) / 1000);
  const auto intervals = bootstrap(results, {});
  // The ends of 2,000 draws stray from the normal ones by about a tenth of the half width.
  EXPECT_NEAR(intervals.a.low, share - half, 0.2 * half);
  EXPECT_NEAR(intervals.a.high, share + half, 0.2 * half);
  EXPECT_EQ(intervals.c.low, 1.0);
  EXPECT_EQ(intervals.c.high, 1.0);
}

TEST(Bootstrap, UsersAreDrawnWithAllTheirCuts) {
  // The same users in four windows with the same outcome: nothing new is learned, so the interval
  // must be as wide as with one window (drawing user x window would halve it).
  auto once = coin_world(400, 0.5, 3);
  auto four_times = once;
  for (std::uint32_t cut = 1; cut < 4; ++cut) {
    for (UserResult copy : once) {
      copy.cut = cut;
      four_times.push_back(copy);
    }
  }
  const auto of_once = bootstrap(once, {});
  const auto of_four = bootstrap(four_times, {});
  EXPECT_NEAR(of_four.a.low, of_once.a.low, 1e-12);
  EXPECT_NEAR(of_four.a.high, of_once.a.high, 1e-12);
  EXPECT_NEAR(of_four.precision.low, of_once.precision.low, 1e-12);
}

TEST(Bootstrap, IsTheSameWithAnyNumberOfThreads) {
  const auto results = coin_world(200, 0.4, 5);
  const auto one = bootstrap(results, {.seed = 11, .threads = 1});
  const auto four = bootstrap(results, {.seed = 11, .threads = 4});
  expect_equal(one.a, four.a);
  expect_equal(one.b, four.b);
  expect_equal(one.c, four.c);
  expect_equal(one.precision, four.precision);
}

TEST(Bootstrap, TheSeedDecides) {
  const auto results = coin_world(200, 0.4, 5);
  expect_equal(bootstrap(results, {.seed = 1}).a, bootstrap(results, {.seed = 1}).a);
  EXPECT_NE(bootstrap(results, {.seed = 1}).a.low, bootstrap(results, {.seed = 2}).a.low);
}

TEST(Bootstrap, OrderOfTheResultsDoesNotMatter) {
  const auto results = coin_world(100, 0.4, 5);
  const std::vector<UserResult> reversed(results.rbegin(), results.rend());
  expect_equal(bootstrap(results, {}).a, bootstrap(reversed, {}).a);
}

TEST(Bootstrap, HigherLevelsAreWider) {
  const auto results = coin_world(300, 0.4, 5);
  const auto narrow = bootstrap(results, {.level = 0.5});
  const auto wide = bootstrap(results, {.level = 0.99});
  EXPECT_LT(wide.a.low, narrow.a.low);
  EXPECT_GT(wide.a.high, narrow.a.high);
}

TEST(Bootstrap, DrawsWithoutAValueAreLeftOut) {
  // One of two buyers is sent: a quarter of the draws has no buyer among the sent.
  const std::vector<UserResult> results{result(0, 2, 1, true), result(1, 1, 0, false)};
  const auto intervals = bootstrap(results, {});
  EXPECT_EQ(intervals.b.low, 0.5);
  EXPECT_EQ(intervals.b.high, 0.5);
  EXPECT_TRUE(std::isnan(bootstrap({}, {}).a.low));
}

TEST(Compare, AnAnswerAgainstItselfIsZero) {
  const auto results = coin_world(100, 0.4, 5);
  const auto difference = compare(results, results, {}).a;
  EXPECT_EQ(difference.value, 0.0);
  EXPECT_EQ(difference.interval.low, 0.0);
  EXPECT_EQ(difference.interval.high, 0.0);
  EXPECT_EQ(difference.share_above, 0.0);
  EXPECT_FALSE(difference.is_beyond_interval());
}

TEST(Compare, PairingSeesAGainThatTheSingleIntervalsHide) {
  // The second answer loses 6 hits of 300 and gains none: on the same buyers that is certain.
  auto better = coin_world(300, 0.5, 9);
  auto worse = better;
  int n_lost = 0;
  for (UserResult& user : worse) {
    if (user.n_hits == 1 && n_lost < 6) {
      user.n_hits = 0;
      ++n_lost;
    }
  }
  const auto intervals = bootstrap(better, {});
  const auto difference = compare(better, worse, {}).a;
  EXPECT_NEAR(difference.value, 6.0 / 300, 1e-12);
  EXPECT_LT(difference.value, (intervals.a.high - intervals.a.low) / 2);
  EXPECT_TRUE(difference.is_beyond_interval());
  EXPECT_GT(difference.share_above, 0.99);
}

TEST(Compare, IsAntisymmetric) {
  const auto first = coin_world(150, 0.5, 1);
  const auto second = coin_world(150, 0.4, 2);
  const auto forth = compare(first, second, {}).a;
  const auto back = compare(second, first, {}).a;
  EXPECT_EQ(forth.value, -back.value);
  EXPECT_NEAR(forth.interval.low, -back.interval.high, 1e-12);
}

TEST(Compare, PrecisionCountsPeopleSentByEitherAnswer) {
  // Both know the same buyer; the first also sends three people who buy nothing.
  const std::vector<UserResult> first{result(0, 1, 1, true), result(1, 0, 0, true),
                                      result(2, 0, 0, true), result(3, 0, 0, true)};
  const std::vector<UserResult> second{result(0, 1, 1, true)};
  EXPECT_DOUBLE_EQ(compare(first, second, {}).precision.value, 0.25 - 1.0);
}

TEST(Compare, DifferentPurchasesAreRefused) {
  const std::vector<UserResult> first{result(0, 1, 1, true)};
  const std::vector<UserResult> second{result(0, 2, 1, true)};
  try {
    compare(first, second, {});
    FAIL() << "answers judged by different purchases were compared";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadData);
  }
}

}  // namespace
}  // namespace vitrina::metrics
