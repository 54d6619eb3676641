#include "ranking/logistic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/rng.hpp"
#include "ranking/buyer_calibration.hpp"

namespace vitrina::ranking {
namespace {

/// Draws labels from a known line.
struct Sample {
  std::vector<double> x;
  std::vector<float> label;
  std::vector<float> weight;

  Sample(double intercept, double slope, double mean, double spread, int n) {
    Rng rng(1);
    for (int i = 0; i < n; ++i) {
      x.push_back(mean + spread * rng.normal());
      label.push_back(rng.chance(sigmoid(intercept + slope * x.back())) ? 1.0F : 0.0F);
      weight.push_back(1.0F);
    }
  }
};

TEST(Logistic, FindsTheLineThatMadeTheLabels) {
  const Sample sample(0.8, 0.35, -4, 1.5, 20'000);
  const auto line = fit_logistic(sample.x, sample.label, sample.weight, {0, 1}, 5);
  EXPECT_NEAR(line.slope, 0.35, 0.05);
  EXPECT_NEAR(line.intercept, 0.8, 0.2);
}

TEST(Logistic, ConvergesFarFromThePrior) {
  // a wide x and a flat line: plain Newton steps overshoot here
  const Sample sample(-0.5, 0.02, -4, 3, 5'000);
  const auto line = fit_logistic(sample.x, sample.label, sample.weight, {0, 1}, 5);
  double expected = 0;
  double found = 0;
  for (std::size_t i = 0; i < sample.x.size(); ++i) {
    expected += sigmoid(line.logit(sample.x[i]));
    found += double{sample.label[i]};
  }
  EXPECT_NEAR(expected, found, 0.01 * found);  // the gradient of the intercept is zero
}

TEST(Logistic, WithoutPositivesThePriorStays) {
  const std::vector<double> x{1, 2};
  const std::vector<float> label{0, 0};
  const std::vector<float> weight{1, 1};
  const auto line = fit_logistic(x, label, weight, {-3, 2}, 5);
  EXPECT_EQ(line.intercept, -3);
  EXPECT_EQ(line.slope, 2);
}

TEST(BuyerCalibration, ExpectedBuyersAddUp) {
  std::vector<double> expected;
  std::vector<std::uint8_t> is_buyer;
  Rng rng(7);
  double n_buyers = 0;
  for (int i = 0; i < 3000; ++i) {
    expected.push_back(0.01 + 0.3 * rng.uniform());
    is_buyer.push_back(rng.chance(std::min(1.0, 2 * expected.back())) ? 1 : 0);
    n_buyers += is_buyer.back();
  }
  const auto calibration = BuyerCalibration::fit(expected, is_buyer);
  double sum = 0;
  for (const double value : expected) sum += calibration.probability(value);
  EXPECT_TRUE(calibration.is_fitted());
  EXPECT_NEAR(sum, n_buyers, 0.01 * n_buyers);
  EXPECT_LT(calibration.probability(0.05), calibration.probability(0.3));
  EXPECT_EQ(calibration.probability(0), 0);
}

TEST(BuyerCalibration, WithoutAFitItIsTheLowerBound) {
  const BuyerCalibration calibration;
  EXPECT_FALSE(calibration.is_fitted());
  EXPECT_EQ(calibration.probability(0.25), 0.25);
  EXPECT_EQ(calibration.probability(1.5), 1.0);
}

}  // namespace
}  // namespace vitrina::ranking
