#include "ranking/logistic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <utility>
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

TEST(Logistic, ALevelShiftMeetsWhatHappened) {
  const std::vector<double> logits{-3, -1, 0, 2};
  const std::vector<float> weight{1, 2, 1, 0.5F};
  const std::vector<float> label{0, 1, 1, 0.5F};
  const double shift = level_shift(logits, label, weight, 0);
  double expected = 0;
  double came = 0;
  for (std::size_t r = 0; r < logits.size(); ++r) {
    expected += double{weight[r]} * sigmoid(logits[r] + shift);
    came += double{weight[r]} * double{label[r]};
  }
  EXPECT_NEAR(expected, came, 1e-5);
  const double drawn = level_shift(logits, label, weight, 5);
  EXPECT_GT(drawn, 0);
  EXPECT_LT(drawn, shift);
  // where nobody came a window is quiet, not empty
  EXPECT_NEAR(level_shift(logits, std::vector<float>(4), weight, 0), -4, 1e-5);
  EXPECT_GT(level_shift(logits, std::vector<float>(4), weight, 5), -1);
}

TEST(BuyerCalibration, WithoutAFitItIsTheSum) {
  const BuyerCalibration none;
  EXPECT_FALSE(none.is_fitted());
  for (const auto& [sum, expected] : {std::pair{0.0, 0.0}, {0.3, 0.3}, {1.7, 1.0}}) {
    EXPECT_EQ(none.probability(sum), expected);
    EXPECT_EQ(none.recall(sum), expected);
  }
  const std::vector<double> sums{0.5, 0.2};
  const std::vector<std::uint8_t> nobody{0, 0};
  EXPECT_FALSE(BuyerCalibration::fit(sums, nobody, std::vector<float>(2)).is_fitted());
}

/// Customers whose sums are too bold: half of the sum is recalled of those who buy.
struct Customers {
  std::vector<double> sums;
  std::vector<std::uint8_t> is_buyer;
  std::vector<float> recall;
};
Customers draw_customers() {
  Customers drawn;
  Rng rng(5);
  for (int i = 0; i < 5'000; ++i) {
    drawn.sums.push_back(0.01 + 1.9 * rng.uniform());
    drawn.is_buyer.push_back(rng.chance(0.4 * drawn.sums.back()) ? 1 : 0);
    const bool is_hit = drawn.is_buyer.back() == 1 && rng.chance(0.5);
    drawn.recall.push_back(is_hit ? 1.0F : 0.0F);
  }
  return drawn;
}

TEST(BuyerCalibration, FollowsWhatHappened) {
  const auto drawn = draw_customers();
  const auto fitted = BuyerCalibration::fit(drawn.sums, drawn.is_buyer, drawn.recall);
  EXPECT_TRUE(fitted.is_fitted());
  double expected_buyers = 0;
  double expected_recall = 0;
  for (const double sum : drawn.sums) {
    expected_buyers += fitted.probability(sum);
    expected_recall += fitted.recall(sum);
  }
  EXPECT_NEAR(expected_buyers, std::accumulate(drawn.is_buyer.begin(), drawn.is_buyer.end(), 0.0),
              0.5);
  EXPECT_NEAR(expected_recall, std::accumulate(drawn.recall.begin(), drawn.recall.end(), 0.0), 0.5);
  EXPECT_NEAR(fitted.probability(1), 0.4, 0.05);
  EXPECT_NEAR(fitted.recall(1), 0.2, 0.03);
  EXPECT_EQ(fitted.probability(0), 0.0);
  EXPECT_EQ(fitted.recall(0), 0.0);
}

TEST(BuyerCalibration, RecallIsAShareAndKeepsTheOrderOfCustomers) {
  const auto drawn = draw_customers();
  const auto falling = [&] {
    auto recall = drawn.recall;
    // the largest sums are missed: a line through these would fall
    for (std::size_t i = 0; i < recall.size(); ++i) recall[i] = drawn.sums[i] > 0.5 ? 0.0F : 1.0F;
    return recall;
  }();
  for (const auto& recall : {drawn.recall, falling}) {
    const auto fitted = BuyerCalibration::fit(drawn.sums, drawn.is_buyer, recall);
    double before = 0;
    double sum = 0.001;
    while (sum < 20) {
      EXPECT_GE(fitted.recall(sum), before);
      EXPECT_LE(fitted.recall(sum), fitted.probability(sum));
      EXPECT_LE(fitted.probability(sum), 1.0);
      before = fitted.recall(sum);
      sum *= 1.3;
    }
  }
}

TEST(BuyerCalibration, ALineThatWouldFallIsTheMean) {
  auto drawn = draw_customers();
  double n = 0;
  for (std::size_t i = 0; i < drawn.sums.size(); ++i) {
    drawn.is_buyer[i] = drawn.sums[i] < 0.5 ? 1 : 0;  // who bought least is who comes
    drawn.recall[i] = drawn.is_buyer[i] == 1 ? 0.5F : 0.0F;
    n += drawn.is_buyer[i];
  }
  const double share = n / static_cast<double>(drawn.sums.size());
  const auto fitted = BuyerCalibration::fit(drawn.sums, drawn.is_buyer, drawn.recall);
  for (const double sum : {0.01, 0.3, 5.0}) {
    EXPECT_NEAR(fitted.probability(sum), share, 1e-9);
    EXPECT_NEAR(fitted.recall(sum), share / 2, 1e-9);
  }
}

TEST(BuyerCalibration, ABusierWindowHasMoreBuyers) {
  const auto drawn = draw_customers();
  const auto fitted = BuyerCalibration::fit(drawn.sums, drawn.is_buyer, drawn.recall);
  const auto twice = fitted.in_traffic(2);
  for (const double sum : {0.001, 0.3, 1.9}) {
    const double p = fitted.probability(sum);
    // who comes in either of two such windows
    EXPECT_NEAR(twice.probability(sum), 1 - (1 - p) * (1 - p), 1e-12);
    const double recall = fitted.recall(sum);
    EXPECT_NEAR(twice.recall(sum), 1 - (1 - recall) * (1 - recall), 1e-12);
    EXPECT_LE(twice.recall(sum), twice.probability(sum));
    EXPECT_LT(fitted.in_traffic(0.5).probability(sum), p);
    EXPECT_NEAR(fitted.in_traffic(1).recall(sum), fitted.recall(sum), 1e-15);
  }
  EXPECT_EQ(twice.probability(0), 0.0);
  EXPECT_EQ(BuyerCalibration().in_traffic(2).probability(0.3), 0.3);
}

TEST(BuyerCalibration, ComesBackFromDisk) {
  const auto drawn = draw_customers();
  auto fitted = BuyerCalibration::fit(drawn.sums, drawn.is_buyer, drawn.recall);
  fitted.set_window(kUsPerDay, 4 * kUsPerDay);
  const auto path = test::scratch("buyers_test.vtr");
  fitted.save(path);
  const auto loaded = BuyerCalibration::load(path);
  EXPECT_EQ(loaded.probability(0.2), fitted.probability(0.2));
  EXPECT_EQ(loaded.recall(0.2), fitted.recall(0.2));
  EXPECT_EQ(loaded.from(), kUsPerDay);
  EXPECT_EQ(loaded.to(), 4 * kUsPerDay);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace vitrina::ranking
