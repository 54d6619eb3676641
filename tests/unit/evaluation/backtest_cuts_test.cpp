#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"
#include "evaluation/backtest_cuts.hpp"

namespace vitrina::evaluation {
namespace {

constexpr TimeUs kDay = kUsPerDay;
constexpr TimeUs kSecond = 1'000'000;

/// Ten days, the last event eight seconds before midnight.
constexpr LogRange kLog{.begin = 100 * kDay, .end = 110 * kDay - 8 * kSecond + 1};

std::string problem(TimeUs horizon, CutRule rule) {
  try {
    last_cuts(kLog, horizon, rule, "log");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadData);
    return error.what();
  }
  return {};
}

TEST(BacktestCuts, TheLastWindowEndsWithTheLog) {
  EXPECT_EQ(last_cuts(kLog, 3 * kDay, {.n_cuts = 3, .every = kDay}, "log"),
            (std::vector<TimeUs>{105 * kDay, 106 * kDay, 107 * kDay}));
  EXPECT_EQ(last_cuts(kLog, kDay, {.n_cuts = 2, .every = kDay / 2}, "log"),
            (std::vector<TimeUs>{109 * kDay - kDay / 2, 109 * kDay}));
}

TEST(BacktestCuts, TheLastWindowLacksLessThanAnHour) {
  constexpr TimeUs kHour = kUsPerHour;
  const LogRange morning{.begin = 100 * kDay, .end = 109 * kDay + 8 * kHour - 5 * kSecond};
  EXPECT_EQ(last_cuts(morning, 3 * kDay, {.n_cuts = 1}, "log"),
            std::vector<TimeUs>{106 * kDay + 8 * kHour});
}

TEST(BacktestCuts, AsManyFitAsLeaveAHorizonBefore) {
  EXPECT_EQ(last_cuts(kLog, 3 * kDay, {.n_cuts = 5, .every = kDay}, "log").front(), 103 * kDay);
  EXPECT_NE(problem(3 * kDay, {.n_cuts = 6, .every = kDay})
                .find("room for 5 cuts 1 days apart, "
                      "expected 6"),
            std::string::npos);
  EXPECT_NE(problem(5 * kDay, {.n_cuts = 2, .every = kDay}).find("give --cuts 1 or name cuts"),
            std::string::npos);
  const auto none = problem(6 * kDay, {.n_cuts = 1, .every = kDay});
  EXPECT_NE(none.find("room for 0 cuts"), std::string::npos);
  EXPECT_EQ(none.find("--cuts 0"), std::string::npos);
}

TEST(BacktestCuts, NamedCutsLieWithinTheLogAndStandOnce) {
  EXPECT_NO_THROW(check_cuts({101 * kDay, 109 * kDay}, kLog));
  EXPECT_THROW(check_cuts({kLog.begin}, kLog), Error);
  EXPECT_THROW(check_cuts({101 * kDay, kLog.end}, kLog), Error);
  EXPECT_THROW(check_cuts({101 * kDay, 101 * kDay}, kLog), Error);
}

}  // namespace
}  // namespace vitrina::evaluation
