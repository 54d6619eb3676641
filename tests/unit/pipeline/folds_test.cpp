#include "pipeline/folds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina::pipeline {
namespace {

constexpr TimeUs kBegin = 1'709'510'400 * kUsPerSecond;

Folds folds_of(double days, const SplitConfig& config = {}) {
  return decide_folds(kBegin, kBegin + from_days(days), config);
}

/// What must hold of the folds of any log.
void expect_sound(const Folds& folds) {
  for (std::size_t i = 0; i < folds.train.size(); ++i) {
    const auto& fold = folds.train[i];
    EXPECT_EQ(fold.to - fold.cut, folds.label_length) << fold.name;
    EXPECT_LE(fold.to, folds.end) << fold.name;
    EXPECT_GT(fold.cut, folds.begin) << fold.name << " has no history";
    EXPECT_EQ((folds.end - fold.cut) % std::min(folds.label_length, kUsPerDay), 0)
        << fold.name << " is cut at another hour of the day";
    if (i == 0) {
      EXPECT_EQ(fold.to, folds.end) << "the newest window is not used";
      continue;
    }
    const TimeUs stride = folds.train[i - 1].cut - fold.cut;
    EXPECT_GT(stride, 0) << "newest first";
    EXPECT_LE(stride, folds.label_length) << "a gap between windows";
    EXPECT_NE(fold.name, folds.train[i - 1].name);
  }
  if (!folds.valid) return;
  EXPECT_EQ(folds.valid->to, folds.end);
  EXPECT_EQ(folds.valid->cut, folds.end - folds.horizon);
  std::size_t n_before = 0;
  for (const auto& fold : folds.train) {
    EXPECT_EQ(folds.is_before_valid(fold), fold.to <= folds.valid->cut);
    n_before += folds.is_before_valid(fold) ? 1 : 0;
  }
  EXPECT_GT(n_before, 0U) << "a valid fold that nothing was trained before";
}

TEST(Folds, AreSoundForLogsOfAnyLength) {
  for (int step = 0; step < 50; ++step) {
    const double days = 0.001 * std::pow(1.3, step);  // up to 380
    for (const double horizon : {0.5, 3.0, 10.0}) {
      for (const int windows : {1, 8, 30}) {
        SCOPED_TRACE(testing::Message() << days << " days, horizon " << horizon);
        expect_sound(folds_of(days, {.horizon_days = horizon, .max_windows = windows}));
      }
    }
  }
}

TEST(Folds, ThreeWeeksGetWindowsAsLongAsTheHorizon) {
  const auto folds = folds_of(22);
  EXPECT_EQ(folds.label_length, 3 * kUsPerDay);
  EXPECT_EQ(folds.train.size(), 8U);
  ASSERT_TRUE(folds.valid);
  EXPECT_EQ(folds.train[0].name, "w01");
  EXPECT_EQ((folds.train[0].cut - folds.train[1].cut) % kUsPerDay, 0) << "another hour of the day";
}

TEST(Folds, AFortnightIsLearnedFromFortnights) {
  const auto folds = folds_of(68, {.horizon_days = 14});
  EXPECT_EQ(folds.label_length, 14 * kUsPerDay);
  ASSERT_TRUE(folds.valid) << "a day's windows would all end behind its cut";
  EXPECT_GE(std::count_if(folds.train.begin(), folds.train.end(),
                          [&](const Fold& fold) { return folds.is_before_valid(fold); }),
            4);
  EXPECT_TRUE(folds_of(150, {.horizon_days = 30}).valid);
  EXPECT_EQ(folds_of(17, {.horizon_days = 6}).label_length, kUsPerDay) << "too short for any";
  EXPECT_EQ(folds_of(30, {.horizon_days = 14}).label_length, kUsPerDay);
}

TEST(Folds, AWeekGetsWindowsOfADay) {
  const auto folds = folds_of(8);
  EXPECT_EQ(folds.label_length, kUsPerDay);
  EXPECT_EQ(folds.train.size(), 7U);
  EXPECT_TRUE(folds.valid);
}

TEST(Folds, ALongLogGetsMoreWindows) {
  EXPECT_EQ(folds_of(100).train.size(), 20U);
  EXPECT_EQ(folds_of(365).train.size(), 24U);
  EXPECT_EQ(folds_of(365, {.max_windows = 40}).train.size(), 40U);
  EXPECT_EQ(folds_of(22, {.max_windows = 3}).train.size(), 4U);  // one per five days at least
}

TEST(Folds, FourDaysHaveWindowsAndNothingToJudgeBy) {
  const auto folds = folds_of(4);
  EXPECT_EQ(folds.train.size(), 3U);
  EXPECT_FALSE(folds.valid);
}

TEST(Folds, ADayOrLessHasNothingToJudgeBy) {
  EXPECT_FALSE(folds_of(1).valid);
  EXPECT_TRUE(folds_of(0.01).train.empty());
}

class FoldsFile : public testing::Test {
 protected:
  FoldsFile() : path_(test::scratch("folds_test.json")) {}
  ~FoldsFile() override { std::filesystem::remove(path_); }

  std::filesystem::path path_;
};

TEST_F(FoldsFile, ComesBackAsItWas) {
  for (const double days : {0.01, 8.0, 22.0}) {
    const auto folds = folds_of(days);
    save_folds(folds, path_);
    const auto bytes = read_file(path_);
    const auto loaded = load_folds(path_);
    EXPECT_EQ(loaded.train.size(), folds.train.size());
    EXPECT_EQ(loaded.valid.has_value(), folds.valid.has_value());
    EXPECT_EQ(loaded.end, folds.end);
    save_folds(loaded, path_);
    EXPECT_EQ(read_file(path_), bytes);
  }
}

TEST_F(FoldsFile, WhatCannotBeUnderstoodIsRefused) {
  save_folds(folds_of(8), path_);
  const auto whole = read_file(path_);
  for (const auto& text :
       {std::string(), std::string("[]"), std::string("{}"), whole.substr(0, whole.size() / 2),
        std::string(R"({"format": 99})"), std::string(R"({"format": 1, "begin_us": "x"})")}) {
    write_file(path_, text);
    try {
      (void)load_folds(path_);
      ADD_FAILURE() << text << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact) << text;
    }
  }
}

}  // namespace
}  // namespace vitrina::pipeline
