#include "ranking/blend_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "unit/ranking/ranker_fixture.hpp"

namespace vitrina::ranking {
namespace {

class BlendChoiceTest : public RankerTest {};

Ranker of_all_models(const Examples& examples, const RankerConfig& config = {}) {
  return fit(examples, with_all_models(config));
}

BlendChoice choose(const Ranker& ranker, const Examples& later, const RankerConfig& config = {}) {
  const Examples* windows[] = {&later};
  return choose_blend(ranker, windows, Lineage::kValid, config, 1);
}

TEST_F(BlendChoiceTest, TreesThatOnlyLearnedNoiseAreLeftOut) {
  // what the first column told in training it tells no more
  const auto examples = make_examples(600, 51);
  auto later = make_examples(2000, 52);
  for (std::size_t r = 0; r < later.n_rows(); ++r) {
    later.features[3 * r] = 1 - later.features[3 * r];
  }
  const auto ranker = of_all_models(examples);
  const auto choice = choose(ranker, later);
  ASSERT_TRUE(choice.is_tested);
  EXPECT_LT(choice.best().rounds, ranker.rounds());
  EXPECT_GT(choice.best().gain, choice.best().error);
}

TEST_F(BlendChoiceTest, TheFirstOptionStaysUnlessAnotherIsBetterBeyondDoubt) {
  const auto choice = choose(of_all_models(make_examples(3000, 53)), make_examples(400, 54));
  ASSERT_TRUE(choice.is_tested);
  for (const auto& option : choice.options) {
    EXPECT_LE(option.gain - option.error, choice.best().gain - choice.best().error);
    EXPECT_NEAR(option.gain, choice.options.front().loss - option.loss, 1e-9);
  }
  EXPECT_EQ(choice.options.front().gain, 0);
  EXPECT_EQ(choice.options.front().error, 0);
}

TEST_F(BlendChoiceTest, LossIsTheCrossEntropyOfTheReducedRanker) {
  const auto examples = make_examples(600, 55);
  const auto later = make_examples(2000, 56);
  const auto ranker = of_all_models(examples);
  const auto choice = choose(ranker, later);
  for (const auto& option : choice.options) {
    const auto w = scores(ranker.reduced(option.blend, option.rounds), later);
    // the shift that suits best loses the least: a fine grid finds no less
    double least = 1e300;
    double bought = 0;
    for (const float label : later.label) bought += double{label};
    for (double shift = -1; shift <= 1; shift += 0.01) {
      double loss = 0;
      for (std::size_t r = 0; r < w.size(); ++r) {
        const double x = std::log(double{w[r]} / (1 - double{w[r]})) + shift;
        loss += std::log1p(std::exp(x)) - double{later.label[r]} * x;
      }
      least = std::min(least, loss / bought);
    }
    EXPECT_NEAR(option.loss, least, 1e-3);
  }
}

TEST_F(BlendChoiceTest, MomentsInsideVisitsHaveNoSay) {
  const auto ranker = of_all_models(make_examples(600, 62));
  auto later = make_examples(1500, 63);
  const auto plain = choose(ranker, make_examples(1000, 63));
  std::fill(later.user_weight.begin() + 1000, later.user_weight.end(), 0.0F);
  const auto with_moments = choose(ranker, later);
  for (std::size_t o = 0; o < plain.options.size(); ++o) {
    EXPECT_EQ(with_moments.options[o].loss, plain.options[o].loss);
  }
}

TEST_F(BlendChoiceTest, AHandfulOfPurchasesChoosesNothing) {
  const auto ranker = of_all_models(make_examples(600, 57));
  const auto choice = choose(ranker, make_examples(20, 58), {.untested_rounds = 7});
  EXPECT_FALSE(choice.is_tested);
  EXPECT_EQ(choice.best().rounds, 7);
  EXPECT_EQ(choice.best().blend, RankerConfig{}.blend());
  EXPECT_EQ(untested_choice({.rounds = 5}).best().rounds, 5) << "what the user makes smaller";
  EXPECT_FALSE(choose_blend(ranker, {}, Lineage::kValid, {}, 1).is_tested);
}

TEST_F(BlendChoiceTest, WithAnyThreadsTheSame) {
  const auto later = make_examples(1000, 60);
  const Examples* windows[] = {&later};
  const auto ranker = of_all_models(make_examples(600, 59));
  const auto one = choose_blend(ranker, windows, Lineage::kValid, {}, 1);
  const auto many = choose_blend(ranker, windows, Lineage::kValid, {}, kManyThreads);
  ASSERT_EQ(one.options.size(), many.options.size());
  for (std::size_t o = 0; o < one.options.size(); ++o) {
    EXPECT_EQ(one.options[o].loss, many.options[o].loss);
  }
  EXPECT_EQ(one.chosen, many.chosen);
}

TEST_F(BlendChoiceTest, AReducedRankerIsTheOneThatWasTrainedSo) {
  const auto examples = make_examples(600, 61);
  const RankerConfig config{.share_weight = 1, .hit_weight = 0, .two_step_weight = 1};
  const auto whole = fit(examples, config);
  EXPECT_TRUE(bytes(whole.reduced(whole.blend(), whole.rounds())) == bytes(whole));
  auto shorter = config;
  shorter.rounds = whole.rounds() / 2;
  EXPECT_EQ(scores(whole.reduced(whole.blend(), shorter.rounds), examples),
            scores(fit(examples, shorter), examples));
  const auto none = whole.reduced(whole.blend(), 0);
  EXPECT_FALSE(none.has_trees());
}

}  // namespace
}  // namespace vitrina::ranking
