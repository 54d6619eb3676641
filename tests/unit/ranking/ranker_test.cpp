#include "ranking/ranker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "unit/ranking/ranker_fixture.hpp"

namespace vitrina::ranking {
namespace {

/// Cross-entropy of the labels: what training lowers.
double loss(const std::vector<float>& w, const Examples& examples) {
  double sum = 0;
  for (std::size_t r = 0; r < w.size(); ++r) {
    sum -= std::log(examples.label[r] > 0 ? double{w[r]} : 1 - double{w[r]});
  }
  return sum / static_cast<double>(w.size());
}

TEST_F(RankerTest, TreesFindWhatOwnHistoryCannot) {
  const auto examples = make_examples(600, 1);
  const auto unseen = make_examples(600, 2);
  const auto base = fit(examples, {.rounds = 0});
  const auto trees = fit(examples, {});
  EXPECT_FALSE(base.has_trees());
  ASSERT_TRUE(trees.has_trees());
  EXPECT_LT(loss(scores(trees, unseen), unseen), loss(scores(base, unseen), unseen));
  const auto gains = trees.gains();
  ASSERT_EQ(gains.size(), 3U);
  EXPECT_GT(gains[0], gains[1]);
  EXPECT_GT(gains[0], gains[2]);
}

TEST_F(RankerTest, TheBaseIsCalibratedAndRisesWithOwnHistory) {
  const auto examples = make_examples(2000, 3);
  const auto base = fit(examples, {.rounds = 0});
  EXPECT_LT(base.base_score(0), base.base_score(0.5F));
  EXPECT_LT(base.base_score(0.5F), base.base_score(2));
  EXPECT_GE(base.base_score(1e-30F), base.base_score(0)) << "a trace is no evidence against";
  EXPECT_LE(base.base_score(1e30F), 1.0F);
  EXPECT_GT(base.base_score(0), 0.0F);
  double predicted = 0;
  double bought = 0;
  for (std::size_t r = 0; r < examples.n_rows(); ++r) {
    predicted += double{base.base_score(examples.own_valid[r])};
    bought += double{examples.label[r]};
  }
  EXPECT_NEAR(predicted / bought, 1.0, 0.02);
}

TEST_F(RankerTest, ScoresAreProbabilities) {
  const auto examples = make_examples(300, 4);
  for (const float w : scores(fit(examples, {}), examples)) {
    ASSERT_GT(w, 0.0F);
    ASSERT_LT(w, 1.0F);
  }
}

TEST_F(RankerTest, TheSameFromTheSameWithAnyThreads) {
  const auto examples = make_examples(300, 5);
  const auto one = bytes(fit(examples, {}, 1));
  EXPECT_EQ(bytes(fit(examples, {}, 1)), one);
  EXPECT_EQ(bytes(fit(examples, {}, kManyThreads)), one);
  EXPECT_NE(bytes(fit(examples, {}, 1, 43)), one) << "the seed does nothing";
  const auto ranker = fit(examples, {});
  EXPECT_EQ(scores(ranker, examples, 4), scores(ranker, examples, 1));
}

TEST_F(RankerTest, ComesBackFromDiskAsItWas) {
  const auto examples = make_examples(300, 6);
  for (const int rounds : {0, 30}) {
    auto ranker = fit(examples, {.two_step_weight = 1, .rounds = rounds});
    const std::vector<double> expected{0.1, 0.2, 0.3};
    ranker.set_buyers(BuyerCalibration::fit(expected, std::vector<std::uint8_t>{0, 1, 1},
                                            std::vector<float>{0, 0, 0.5F}));
    const auto saved = bytes(ranker);
    const auto loaded = Ranker::load(folder_);
    EXPECT_EQ(bytes(loaded), saved);
    EXPECT_EQ(loaded.columns(), ranker.columns());
    EXPECT_EQ(loaded.rounds(), ranker.rounds());
    EXPECT_EQ(loaded.n_positives(), ranker.n_positives());
    EXPECT_EQ(scores(loaded, examples), scores(ranker, examples));
    EXPECT_EQ(loaded.buyers().probability(0.2), ranker.buyers().probability(0.2));
    EXPECT_EQ(loaded.buyers().recall(0.2), ranker.buyers().recall(0.2));
  }
}

TEST_F(RankerTest, FewPositivesMeanFewTreesOrNone) {
  const auto examples = make_examples(300, 7);
  const auto ranker = fit(examples, {.rounds = 1000, .buyers_per_round = 10});
  EXPECT_GT(ranker.n_positives(), 40U);
  EXPECT_LE(ranker.rounds(), static_cast<int>(ranker.n_positives() / 10));
  EXPECT_FALSE(fit(examples, {.min_positives = 1'000'000}).has_trees());
  const auto none = fit(Examples{}, {});
  EXPECT_FALSE(none.has_trees());
  EXPECT_GT(none.base_score(5), none.base_score(0));
}

TEST_F(RankerTest, WithoutPurchasesItIsOwnHistory) {
  auto examples = make_examples(50, 14);
  std::fill(examples.label.begin(), examples.label.end(), 0.0F);
  const auto ranker = fit(examples, {.min_positives = 0});
  EXPECT_FALSE(ranker.has_trees());
  const auto w = scores(ranker, examples);
  for (std::size_t r = 0; r < w.size(); ++r) {
    EXPECT_EQ(w[r], ranker.base_score(examples.own_valid[r]));
  }
  EXPECT_LT(ranker.base_score(0.1F), ranker.base_score(0.9F));
}

TEST_F(RankerTest, TheLineageSaysWhichOwnHistoryIsTheBase) {
  const auto examples = make_examples(300, 8);
  const Examples* folds[] = {&examples};
  const RankerConfig config{.rounds = 0};
  const auto valid = Ranker::fit(folds, Lineage::kValid, config, 1, 1);
  const auto final = Ranker::fit(folds, Lineage::kFinal, config, 1, 1);
  // own_final is twice own_valid: the same pair gets the same w by its own lineage
  EXPECT_NEAR(valid.base_score(1), final.base_score(2), 1e-4);
  EXPECT_GT(std::abs(valid.base_score(1) - final.base_score(1)), 1e-3);
}

TEST_F(RankerTest, FoldsOfOtherColumnsAreRefused) {
  const auto one = make_examples(20, 9);
  auto other = make_examples(20, 10);
  other.columns[1] = "renamed";
  const Examples* folds[] = {&one, &other};
  try {
    (void)Ranker::fit(folds, Lineage::kValid, {}, 1, 1);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
  }
}

TEST_F(RankerTest, FoldsOfOneLevelFollowEachOther) {
  auto whole = make_examples(200, 11);
  const auto first = make_examples(200, 11);
  const auto second = make_examples(200, 11);
  const std::size_t n = whole.n_rows();
  for (const auto offset : second.offsets) {
    if (offset > 0) whole.offsets.push_back(n + offset);
  }
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(whole.features, second.features);
  append(whole.label, second.label);
  append(whole.weight, second.weight);
  append(whole.own_valid, second.own_valid);
  append(whole.own_final, second.own_final);
  append(whole.user_weight, second.user_weight);
  append(whole.is_buyer, second.is_buyer);
  append(whole.user_features, second.user_features);
  append(whole.user_own_valid, second.user_own_valid);
  append(whole.user_own_final, second.user_own_final);
  const Examples* parts[] = {&first, &second};
  const auto in_parts = Ranker::fit(parts, Lineage::kValid, {}, 1, 1);
  const Examples* all[] = {&whole};
  EXPECT_EQ(bytes(in_parts), bytes(Ranker::fit(all, Lineage::kValid, {}, 1, 1)));
}

TEST_F(RankerTest, TreesThatAreNoModelAreRefused) {
  EXPECT_THROW((void)Booster::from_text("not a model"), Error);
  EXPECT_THROW((void)Booster::from_text(""), Error);
}

}  // namespace
}  // namespace vitrina::ranking
