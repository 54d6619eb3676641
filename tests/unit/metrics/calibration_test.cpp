#include "metrics/calibration.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.hpp"

namespace vitrina::metrics {
namespace {

TEST(Calibration, BinsAreQuantilesLowestFirst) {
  const std::vector<double> expected{0.9, 0.1, 0.5, 0.2, 0.8};
  const std::vector<double> achieved{1.0, 0.0, 1.0, 0.5, 0.0};
  const auto bins = calibration(expected, achieved, 2);
  ASSERT_EQ(bins.size(), 2U);
  EXPECT_EQ(bins[0].n, 2U);
  EXPECT_DOUBLE_EQ(bins[0].mean_expected, 0.15);
  EXPECT_DOUBLE_EQ(bins[0].mean_achieved, 0.25);
  EXPECT_EQ(bins[1].n, 3U);
  EXPECT_DOUBLE_EQ(bins[1].mean_expected, 2.2 / 3);
  EXPECT_DOUBLE_EQ(bins[1].mean_achieved, 2.0 / 3);
}

TEST(Calibration, FewEntriesGiveFewBins) {
  const std::vector<double> values{0.3, 0.2};
  EXPECT_EQ(calibration(values, values, 10).size(), 2U);
  EXPECT_TRUE(calibration({}, {}, 10).empty());
}

TEST(Calibration, DifferentLengthsAreRefused) {
  const std::vector<double> values{0.3, 0.2};
  EXPECT_THROW(calibration(values, {}, 10), Error);
}

}  // namespace
}  // namespace vitrina::metrics
