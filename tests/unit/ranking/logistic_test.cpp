#include "ranking/logistic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "core/rng.hpp"
#include "ranking/buyer_calibration.hpp"
#include "support/scratch.hpp"

namespace vitrina::ranking {
namespace {

struct Sample {
  std::vector<double> x;
  std::vector<float> label;
  std::vector<float> weight;
};

Sample draw(double intercept, double slope, std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    sample.x.push_back(4 * rng.uniform() - 2);
    sample.label.push_back(rng.chance(sigmoid(intercept + slope * sample.x.back())) ? 1.0F : 0.0F);
    sample.weight.push_back(1);
  }
  return sample;
}

TEST(Logistic, SigmoidAndLogitAreInverse) {
  EXPECT_EQ(sigmoid(0), 0.5);
  for (const double p : {0.001, 0.3, 0.5, 0.999}) EXPECT_NEAR(sigmoid(logit(p)), p, 1e-12);
  EXPECT_TRUE(std::isfinite(logit(0)));
  EXPECT_TRUE(std::isfinite(logit(1)));
  EXPECT_EQ(sigmoid(-1000), 0.0);
  EXPECT_EQ(sigmoid(1000), 1.0);
}

TEST(Logistic, FindsTheLineThatMadeTheLabels) {
  const auto sample = draw(-1, 1.5, 20'000, 1);
  const auto line = fit_logistic(sample.x, sample.label, sample.weight, {0, 1}, 5);
  EXPECT_NEAR(line.intercept, -1, 0.1);  // five standard errors
  EXPECT_NEAR(line.slope, 1.5, 0.1);
}

TEST(Logistic, TheMeanPredictionIsTheMeanLabel) {
  // the score equation of the intercept, whatever the prior does to the slope
  for (const double prior_rows : {0.0, 5.0, 1e6}) {
    const auto sample = draw(-2, 0.5, 500, 2);
    const auto line = fit_logistic(sample.x, sample.label, sample.weight, {0, 1}, prior_rows);
    double predicted = 0;
    double labels = 0;
    for (std::size_t i = 0; i < sample.x.size(); ++i) {
      predicted += sigmoid(line.logit(sample.x[i]));
      labels += double{sample.label[i]};
    }
    EXPECT_NEAR(predicted, labels, 1e-4);
  }
}

TEST(Logistic, ConvergesFarFromThePrior) {
  // a wide x and a flat line: plain Newton steps overshoot here
  Rng rng(3);
  Sample sample;
  double bought = 0;
  for (int i = 0; i < 5'000; ++i) {
    sample.x.push_back(3 * rng.normal() - 4);
    sample.label.push_back(rng.chance(sigmoid(-0.5 + 0.02 * sample.x.back())) ? 1.0F : 0.0F);
    sample.weight.push_back(1);
    bought += double{sample.label.back()};
  }
  const auto line = fit_logistic(sample.x, sample.label, sample.weight, {0, 1}, 5);
  double predicted = 0;
  for (const double x : sample.x) predicted += sigmoid(line.logit(x));
  EXPECT_NEAR(predicted / bought, 1.0, 1e-6);
}

TEST(Logistic, AWeightIsThatManyRows) {
  const std::vector<double> x{-1, 0, 1, 1};
  const std::vector<float> label{0, 1, 1, 0};
  const auto weighted = fit_logistic(x, label, std::vector<float>{2, 1, 3, 1}, {0, 1}, 2);
  const std::vector<double> x_rows{-1, -1, 0, 1, 1, 1, 1};
  const std::vector<float> label_rows{0, 0, 1, 1, 1, 1, 0};
  const auto repeated = fit_logistic(x_rows, label_rows, std::vector<float>(7, 1), {0, 1}, 2);
  EXPECT_NEAR(weighted.intercept, repeated.intercept, 1e-6);
  EXPECT_NEAR(weighted.slope, repeated.slope, 1e-6);
}

TEST(Logistic, WithNothingToLearnThePriorStands) {
  const LogisticLine prior{-4, 1};
  const auto nothing = fit_logistic({}, {}, {}, prior, 5);
  EXPECT_EQ(nothing.intercept, prior.intercept);
  EXPECT_EQ(nothing.slope, prior.slope);
  const std::vector<double> x{1, 2};
  const std::vector<float> zeros{0, 0};
  const std::vector<float> ones{1, 1};
  EXPECT_EQ(fit_logistic(x, zeros, ones, prior, 5).intercept, prior.intercept);
}

TEST(Logistic, SeparableLabelsStayFinite) {
  const std::vector<double> x{-2, -1, 1, 2};
  const std::vector<float> label{0, 0, 1, 1};
  const auto line = fit_logistic(x, label, std::vector<float>(4, 1), {0, 1}, 5);
  EXPECT_TRUE(std::isfinite(line.intercept));
  EXPECT_GT(line.slope, 1.0);
  EXPECT_LT(line.slope, 10.0);
  const auto all_ones =
      fit_logistic(x, std::vector<float>(4, 1), std::vector<float>(4, 1), {0, 1}, 5);
  EXPECT_TRUE(std::isfinite(all_ones.intercept));
  EXPECT_TRUE(std::isfinite(all_ones.slope));
}

TEST(BuyerCalibration, WithoutAFitItIsTheExpectedRecall) {
  const BuyerCalibration none;
  EXPECT_FALSE(none.is_fitted());
  EXPECT_EQ(none.probability(0), 0.0);
  EXPECT_EQ(none.probability(0.3), 0.3);
  EXPECT_EQ(none.probability(1.7), 1.0);
  const std::vector<double> expected{0.5, 0.2};
  const std::vector<std::uint8_t> nobody{0, 0};
  EXPECT_FALSE(BuyerCalibration::fit(expected, nobody).is_fitted());
}

TEST(BuyerCalibration, FollowsWhatHappenedAndComesBackFromDisk) {
  Rng rng(5);
  std::vector<double> expected;
  std::vector<std::uint8_t> is_buyer;
  for (int i = 0; i < 5'000; ++i) {
    expected.push_back(0.01 + 0.3 * rng.uniform());
    is_buyer.push_back(rng.chance(1.5 * expected.back()) ? 1 : 0);  // more buy than is recalled
  }
  const auto fitted = BuyerCalibration::fit(expected, is_buyer);
  EXPECT_TRUE(fitted.is_fitted());
  double n_expected = 0;
  double n_buyers = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    n_expected += fitted.probability(expected[i]);
    n_buyers += is_buyer[i];
  }
  EXPECT_NEAR(n_expected / n_buyers, 1.0, 1e-3);
  EXPECT_NEAR(fitted.probability(0.2), 0.3, 0.05);
  EXPECT_LT(fitted.probability(0.05), fitted.probability(0.25));
  EXPECT_EQ(fitted.probability(0), 0.0);
  const auto path = test::scratch("buyers_test.vtr");
  fitted.save(path);
  EXPECT_EQ(BuyerCalibration::load(path).probability(0.2), fitted.probability(0.2));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace vitrina::ranking
