#include "ranking/ranker.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/rng.hpp"

namespace vitrina::ranking {
namespace {

/// Users with ten candidates each: the label follows column `signal`, not own history.
Examples make_examples(int n_users, bool with_purchases) {
  Rng rng(3);
  Examples examples;
  examples.columns = {"signal", "noise"};
  for (int u = 0; u < n_users; ++u) {
    bool is_buyer = false;
    for (int r = 0; r < 10; ++r) {
      const auto signal = static_cast<float>(rng.uniform());
      const bool is_bought = with_purchases && rng.chance(signal > 0.8F ? 0.5 : 0.02);
      examples.features.insert(examples.features.end(),
                               {signal, static_cast<float>(rng.uniform())});
      examples.label.push_back(is_bought ? 1.0F : 0.0F);
      examples.weight.push_back(1);
      examples.own_valid.push_back(static_cast<float>(rng.uniform()));
      examples.own_final.push_back(0);
      is_buyer = is_buyer || is_bought;
    }
    examples.offsets.push_back(examples.label.size());
    examples.user_weight.push_back(1);
    examples.is_buyer.push_back(is_buyer ? 1 : 0);
  }
  return examples;
}

std::vector<float> scores(const Ranker& ranker, const Examples& examples) {
  std::vector<float> w(examples.n_rows());
  ranker.score({examples.features.data(), examples.n_rows(), 2}, examples.own_valid, 1, w);
  return w;
}

Ranker fit(const Examples& examples, int threads = 1) {
  const Examples* folds[] = {&examples};
  return Ranker::fit(folds, Lineage::kValid, {}, 42, threads);
}

TEST(Ranker, TreesFindWhatOwnHistoryDoesNotKnow) {
  const auto examples = make_examples(400, true);
  const auto ranker = fit(examples);
  ASSERT_TRUE(ranker.has_trees());
  const auto w = scores(ranker, examples);
  double high = 0;
  double low = 0;
  int n_high = 0;
  for (std::size_t r = 0; r < w.size(); ++r) {
    const bool is_high = examples.features[2 * r] > 0.8F;
    (is_high ? high : low) += double{w[r]};
    n_high += is_high ? 1 : 0;
  }
  EXPECT_GT(high / n_high, 5 * low / (static_cast<double>(w.size()) - n_high));
  EXPECT_GT(ranker.gains()[0], ranker.gains()[1]);
}

TEST(Ranker, WithoutPurchasesItIsOwnHistory) {
  const auto examples = make_examples(50, false);
  const auto ranker = fit(examples);
  EXPECT_FALSE(ranker.has_trees());
  const auto w = scores(ranker, examples);
  for (std::size_t r = 0; r < w.size(); ++r) {
    EXPECT_EQ(w[r], ranker.base_score(examples.own_valid[r]));
  }
  EXPECT_LE(ranker.base_score(0.1F), ranker.base_score(0.9F));
}

TEST(Ranker, ComesBackFromItsFile) {
  const auto examples = make_examples(400, true);
  const auto ranker = fit(examples);
  const auto folder = std::filesystem::path(testing::TempDir()) / "vitrina_ranker_test";
  ranker.save(folder);
  EXPECT_EQ(scores(Ranker::load(folder), examples), scores(ranker, examples));
  std::filesystem::remove_all(folder);
}

TEST(Ranker, OneThreadAndTwoGiveTheSame) {
  const auto examples = make_examples(400, true);
  EXPECT_EQ(scores(fit(examples, 1), examples), scores(fit(examples, 2), examples));
}

TEST(Ranker, FoldsWithOtherColumnsAreRefused) {
  const auto first = make_examples(10, true);
  auto second = first;
  second.columns[1] = "other";
  const Examples* folds[] = {&first, &second};
  EXPECT_THROW((void)Ranker::fit(folds, Lineage::kValid, {}, 42, 1), Error);
}

}  // namespace
}  // namespace vitrina::ranking
