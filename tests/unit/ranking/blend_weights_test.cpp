#include "ranking/blend_weights.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/rng.hpp"
#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

/// Rows whose label follows `truth` of three models' logits, all of them noise else.
struct Sample {
  std::vector<std::vector<double>> logits{{}, {}, {}};
  std::vector<float> label;
  std::vector<float> weight;

  Sample(std::vector<double> truth, double shift, std::size_t n, std::uint64_t seed) {
    Rng rng(seed);
    for (std::size_t r = 0; r < n; ++r) {
      double z = shift;
      for (std::size_t m = 0; m < 3; ++m) {
        logits[m].push_back(6 * rng.uniform() - 5);
        z += truth[m] * logits[m].back();
      }
      label.push_back(rng.chance(sigmoid(z)) ? 1.0F : 0.0F);
      weight.push_back(rng.chance(0.5) ? 1.0F : 2.0F);
    }
  }

  std::vector<double> learn(const std::vector<double>& prior, double strength) const {
    return learn_blend({logits, label, weight}, prior, strength);
  }
};

const std::vector<double> kLevel{1.0 / 3, 1.0 / 3, 1.0 / 3};

TEST(BlendWeights, FindTheMixtureThatMadeTheLabels) {
  const Sample sample({0.7, 0.3, 0.0}, 0, 40'000, 1);
  const auto weights = sample.learn(kLevel, 1);
  EXPECT_NEAR(weights[0], 0.7, 0.05);
  EXPECT_NEAR(weights[1], 0.3, 0.05);
  EXPECT_NEAR(weights[2], 0.0, 0.05);
  EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0, 1e-12);
}

TEST(BlendWeights, HowManyBuyDoesNotMatter) {
  const Sample few({0.7, 0.3, 0.0}, -2, 40'000, 2);
  const auto weights = few.learn(kLevel, 1);
  EXPECT_NEAR(weights[0], 0.7, 0.07);
  EXPECT_NEAR(weights[1], 0.3, 0.07);
}

TEST(BlendWeights, APriorSpeaksWhereLittleWasBought) {
  const Sample small({1.0, 0.0, 0.0}, 0, 60, 3);
  const std::vector<double> prior{0.2, 0.2, 0.6};
  const auto weights = small.learn(prior, 10'000);
  for (std::size_t m = 0; m < 3; ++m) EXPECT_NEAR(weights[m], prior[m], 0.01);
  EXPECT_GT(small.learn(prior, 1)[0], 0.3);
}

TEST(BlendWeights, WithoutPurchasesThePriorStays) {
  Sample none({1.0, 0.0, 0.0}, 0, 60, 4);
  std::fill(none.label.begin(), none.label.end(), 0.0F);
  EXPECT_EQ(none.learn(kLevel, 1), kLevel);
  const std::vector<std::vector<double>> no_rows(3);
  EXPECT_EQ(learn_blend({no_rows, {}, {}}, kLevel, 1), kLevel);
}

TEST(BlendWeights, AModelWithoutAPriorIsNotAsked) {
  Sample sample({0.5, 0.0, 0.5}, 0, 5000, 5);
  sample.logits[2].clear();
  const auto weights = sample.learn({0.5, 0.5, 0.0}, 1);
  EXPECT_EQ(weights[2], 0.0);
  EXPECT_GT(weights[0], 0.7);
}

}  // namespace
}  // namespace vitrina::ranking
