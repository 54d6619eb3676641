#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "ranking/ranker.hpp"
#include "unit/ranking/ranker_fixture.hpp"

namespace vitrina::ranking {
namespace {

class RankerBlendTest : public RankerTest {};

/// A blend of one model.
RankerConfig only(double RankerConfig::* weight) {
  RankerConfig config{.share_weight = 0, .hit_weight = 0, .two_step_weight = 0};
  config.*weight = 1;
  return config;
}

constexpr double RankerConfig::* kEveryModel[] = {
    &RankerConfig::share_weight, &RankerConfig::hit_weight, &RankerConfig::two_step_weight};

TEST_F(RankerBlendTest, EveryModelIsTheSameWithAnyThreads) {
  const auto examples = make_examples(600, 35);
  for (const auto weight : kEveryModel) {
    const auto one = bytes(fit(examples, only(weight), 1));
    for (const int threads : {2, kManyThreads}) {
      EXPECT_TRUE(bytes(fit(examples, only(weight), threads)) == one) << threads << " threads";
    }
  }
}

TEST_F(RankerBlendTest, BagsAreAveragedAndSpreadLess) {
  const auto examples = make_examples(400, 4);
  const auto logit_of = [](float w) { return std::log(double{w} / (1 - double{w})); };
  const auto one = scores(fit(examples, {.bags = 1}), examples);
  const auto two = scores(fit(examples, {.bags = 2}), examples);
  EXPECT_NE(one, two);
  const auto spread = [&](int bags) {
    double sum = 0;
    for (const std::uint64_t seed : {1, 3, 5, 7, 9}) {
      const auto a = scores(fit(examples, {.bags = bags}, 1, seed), examples);
      const auto b = scores(fit(examples, {.bags = bags}, 1, seed + 1), examples);
      for (std::size_t r = 0; r < a.size(); ++r) sum += std::abs(logit_of(a[r]) - logit_of(b[r]));
    }
    return sum;
  };
  EXPECT_LT(spread(8), 0.7 * spread(1)) << "an average of eight still follows the seed";
}

TEST_F(RankerBlendTest, EveryModelOfTheBlendFindsWhatOwnHistoryCannot) {
  const auto examples = make_examples(600, 15);
  const auto unseen = make_examples(600, 16);
  // of two rows of a user with equal own history, the larger first column should win
  const auto share_in_order = [&](const std::vector<float>& w) {
    double n = 0;
    double right = 0;
    for (std::size_t a = 0; a + 1 < unseen.n_rows(); ++a) {
      const std::size_t b = a + 1;
      const bool is_pair =
          a / 10 == b / 10 && unseen.own_valid[a] == unseen.own_valid[b] && unseen.own_valid[a] > 0;
      const float gap = unseen.features[3 * a] - unseen.features[3 * b];
      if (!is_pair || std::abs(gap) < 0.5F) continue;
      n += 1;
      right += (w[a] > w[b]) == (gap > 0) ? 1 : 0;
    }
    return right / n;
  };
  for (const auto weight : kEveryModel) {
    const auto ranker = fit(examples, only(weight));
    ASSERT_TRUE(ranker.has_trees());
    EXPECT_GT(share_in_order(scores(ranker, unseen)), 0.8);
  }
}

TEST_F(RankerBlendTest, EveryModelOfTheBlendEstimatesTheSameW) {
  auto examples = make_examples(2000, 17);
  for (auto& share : examples.label) share *= 0.5F;  // everybody bought a product elsewhere too
  for (const auto weight : kEveryModel) {
    const auto w = scores(fit(examples, only(weight)), examples);
    const double expected = std::accumulate(w.begin(), w.end(), 0.0);
    const double observed = std::accumulate(examples.label.begin(), examples.label.end(), 0.0);
    EXPECT_NEAR(expected / observed, 1.0, 0.15);
  }
}

TEST_F(RankerBlendTest, AUsersScoresDoNotDependOnTheOthers) {
  const auto examples = make_examples(300, 19);
  RankerConfig config;
  config.two_step_weight = 1;
  const auto ranker = fit(examples, config);
  const auto together = scores(ranker, examples);
  for (const std::size_t user : {std::size_t{0}, std::size_t{7}, std::size_t{299}}) {
    std::vector<float> alone(10);
    const std::vector<std::uint64_t> offsets{0, 10};
    ranker.score({{examples.features.data() + user * 30, 10, 3},
                  offsets,
                  std::span(examples.own_valid).subspan(user * 10, 10)},
                 1, alone);
    for (std::size_t r = 0; r < 10; ++r) EXPECT_EQ(alone[r], together[user * 10 + r]);
  }
}

TEST_F(RankerBlendTest, ABlendOfNothingIsRefused) {
  const auto examples = make_examples(300, 20);
  auto config = only(&RankerConfig::share_weight);
  config.share_weight = 0;
  try {
    (void)fit(examples, config);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConfig);
  }
}

/// Windows of a day one after the other, newest first as `split` has them; in the newest half as
/// much is bought as in those before.
std::vector<Examples> make_windows(TimeUs label_length) {
  std::vector<Examples> windows;
  for (std::uint64_t age = 0; age < 3; ++age) {
    windows.push_back(make_examples(600, 30 + age));
    windows.back().cut = (9 - static_cast<TimeUs>(age)) * kUsPerDay;
    windows.back().to = windows.back().cut + label_length;
  }
  Rng rng(34);
  for (auto& label : windows[0].label) label = rng.chance(0.5) ? label : 0.0F;
  return windows;
}

Ranker fit(const std::vector<Examples>& windows, const RankerConfig& config, int threads = 1) {
  std::vector<const Examples*> folds;
  for (const auto& window : windows) folds.push_back(&window);
  return Ranker::fit(folds, Lineage::kValid, config, 42, threads);
}

double sum_of(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST_F(RankerBlendTest, IsCalibratedOnTheNewestWindowByModelsOfThoseBefore) {
  const auto windows = make_windows(kUsPerDay);
  const RankerConfig plain;
  RankerConfig calibrated;
  calibrated.calibrate = true;
  calibrated.rolling_windows = 1;
  const double observed = sum_of(windows[0].label);
  const double predicted = sum_of(scores(fit(windows, plain), windows[0]));
  const double corrected = sum_of(scores(fit(windows, calibrated), windows[0]));
  EXPECT_GT(predicted, 1.5 * observed);
  EXPECT_NEAR(corrected / observed, 1.0, 0.25);
  EXPECT_TRUE(bytes(fit(windows, calibrated, kManyThreads)) == bytes(fit(windows, calibrated, 1)));
  const auto saved = fit(windows, calibrated);
  (void)bytes(saved);
  EXPECT_EQ(scores(Ranker::load(folder_), windows[1]), scores(saved, windows[1]));
}

TEST_F(RankerBlendTest, TheSayOfTheModelsIsLearnedOutOfTime) {
  const auto windows = make_windows(kUsPerDay);
  RankerConfig config;
  config.two_step_weight = 1;
  const auto given = scores(fit(windows, config), windows[0]);
  config.learn_weights = true;
  const auto learned = fit(windows, config);
  EXPECT_NE(scores(learned, windows[0]), given);
  EXPECT_TRUE(bytes(fit(windows, config, kManyThreads)) == bytes(learned));
}

TEST_F(RankerBlendTest, WindowsThatEndAfterACutDoNotJudgeIt) {
  // every label window reaches into the next one: none is out of time for another
  const auto windows = make_windows(3 * kUsPerDay);
  RankerConfig config;
  const auto plain = scores(fit(windows, config), windows[0]);
  config.learn_weights = true;
  config.calibrate = true;
  EXPECT_EQ(scores(fit(windows, config), windows[0]), plain);
}

}  // namespace
}  // namespace vitrina::ranking
