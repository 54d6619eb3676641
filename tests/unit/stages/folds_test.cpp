#include "stages/folds.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::stages {
namespace {

Folds folds_of(double days) { return decide_folds(0, from_days(days), SplitConfig{}); }

TEST(Folds, ALongLogGetsWindowsOfTheHorizon) {
  const auto folds = folds_of(22);
  EXPECT_EQ(folds.label_length, 3 * kUsPerDay);
  EXPECT_EQ(folds.train.size(), 8U);
  ASSERT_TRUE(folds.valid.has_value());
  EXPECT_EQ(folds.valid->cut, 19 * kUsPerDay);
}

TEST(Folds, AShortLogGetsWindowsOfADay) {
  const auto folds = folds_of(9);
  EXPECT_EQ(folds.label_length, kUsPerDay);
  EXPECT_EQ(folds.train.size(), 8U);
  EXPECT_TRUE(folds.valid.has_value());
}

TEST(Folds, FourDaysHaveNoValidFold) {
  const auto folds = folds_of(4);
  EXPECT_FALSE(folds.valid.has_value());
  EXPECT_EQ(folds.train.size(), 3U);
}

TEST(Folds, ADayHasNoFoldAtAll) {
  const auto folds = folds_of(1);
  EXPECT_TRUE(folds.train.empty());
  EXPECT_FALSE(folds.valid.has_value());
}

TEST(Folds, MonthsGetMoreWindowsWithoutGaps) {
  const auto folds = folds_of(120);
  EXPECT_GE(folds.train.size(), 12U);
  for (std::size_t f = 1; f < folds.train.size(); ++f) {
    EXPECT_LE(folds.train[f - 1].cut - folds.train[f].cut, folds.label_length);
  }
}

TEST(Folds, NoWindowReachesPastTheEndAndCutsKeepTheHour) {
  for (const double days : {1.0, 2.5, 4.0, 7.0, 18.0, 22.0, 60.0, 200.0}) {
    const auto folds = folds_of(days);
    for (const auto& fold : folds.train) {
      EXPECT_LE(fold.to, folds.end) << days;
      EXPECT_EQ((folds.end - fold.cut) % kUsPerDay, 0) << days;
      EXPECT_GT(fold.cut, folds.begin) << days;
      if (folds.is_before_valid(fold)) {
        EXPECT_LE(fold.to, folds.valid->cut) << days;
      }
    }
  }
}

TEST(Folds, ComeBackFromTheirFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "vitrina_split.json";
  const auto folds = folds_of(22);
  save_folds(folds, path);
  const auto back = load_folds(path);
  EXPECT_EQ(back.end, folds.end);
  EXPECT_EQ(back.train.size(), folds.train.size());
  EXPECT_EQ(back.train[2].cut, folds.train[2].cut);
  EXPECT_EQ(back.valid->to, folds.valid->to);
  write_file(path, "{\"format\": 1}");
  EXPECT_THROW((void)load_folds(path), Error);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace vitrina::stages
