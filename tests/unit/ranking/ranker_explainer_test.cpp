#include "ranking/ranker_explainer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "unit/ranking/ranker_fixture.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::size_t kRows = 10;  ///< of a user of make_examples()
constexpr std::size_t kColumns = 3;

/// The rows of a user and what the ranker says of them.
struct Scored {
  std::vector<const float*> features;
  std::span<const float> own;
  RankerMemory memory;

  Scored(const Ranker& ranker, const Examples& examples, std::size_t user)
      : own(std::span(examples.own_valid).subspan(user * kRows, kRows)) {
    const float* first = examples.features.data() + user * kRows * kColumns;
    for (std::size_t r = 0; r < kRows; ++r) features.push_back(first + r * kColumns);
    const std::vector<std::uint64_t> offsets{0, kRows};
    std::vector<float> w(kRows);
    ranker.score({{first, kRows, kColumns}, offsets, own}, memory, w);
  }

  [[nodiscard]] Explanations explain(const RankerExplainer& explainer) const {
    ExplainerMemory of_explainer;
    Explanations told;
    const double buyer = memory.user_logits.empty() ? 0 : memory.user_logits.front();
    explainer.explain({features, own, buyer}, of_explainer, told);
    return told;
  }
};

RankerConfig blend(double share, double hit, double two_step) {
  return {.share_weight = share, .hit_weight = hit, .two_step_weight = two_step};
}

TEST(RankerExplainer, EverythingAddsUpToTheBlendedLogit) {
  const auto examples = make_examples(600, 41);
  for (const auto& config :
       {blend(1, 0, 0), blend(0, 1, 0), blend(0, 0, 1), blend(1, 2, 0), blend(1, 1, 1)}) {
    const auto ranker = fit(examples, config);
    ASSERT_TRUE(ranker.has_trees());
    const RankerExplainer explainer(ranker);
    ASSERT_EQ(explainer.n_columns(), kColumns);
    EXPECT_GT(explainer.n_bytes(), 0U);
    for (std::size_t user = 0; user < 50; ++user) {
      const Scored scored(ranker, examples, user);
      const auto told = scored.explain(explainer);
      for (std::size_t r = 0; r < kRows; ++r) {
        double sum = told.base + told.own_history[r] + told.buyer[r];
        for (std::size_t c = 0; c < kColumns; ++c) sum += told.columns[r * kColumns + c];
        EXPECT_NEAR(sum, scored.memory.total[r], 1e-9);
        EXPECT_EQ(told.own_history[r] > 0, scored.own[r] > 0);
        if (config.two_step_weight == 0) {
          EXPECT_EQ(told.buyer[r], 0);
        }
      }
    }
  }
}

TEST(RankerExplainer, ColumnsContributeAsLightGbmSaysByWeight) {
  const auto examples = make_examples(600, 42);
  const auto ranker = fit(examples, blend(1, 3, 0));
  const RankerExplainer explainer(ranker);
  const Scored scored(ranker, examples, 5);
  const auto told = scored.explain(explainer);
  std::vector<double> expected(kRows * kColumns);
  for (const auto m : {kShare, kHit}) {
    std::vector<double> theirs(kRows * (kColumns + 1));
    ranker.model(m).trees().contributions_by_lightgbm({scored.features.front(), kRows, kColumns}, 1,
                                                      theirs);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] += ranker.blend()[m] * theirs[i / kColumns * (kColumns + 1) + i % kColumns];
    }
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(told.columns[i], expected[i], 1e-9);
  }
}

TEST(RankerExplainer, TheUsefulColumnContributesAndTheOthersDoNot) {
  const auto examples = make_examples(1000, 43);
  for (const auto& config : {blend(1, 1, 0), blend(0, 0, 1)}) {
    const auto ranker = fit(examples, config);
    const RankerExplainer explainer(ranker);
    double useful = 0;
    double noise = 0;
    for (std::size_t user = 0; user < 100; ++user) {
      const Scored scored(ranker, examples, user);
      const auto told = scored.explain(explainer);
      for (std::size_t r = 0; r < kRows; ++r) {
        const double sign = scored.features[r][0] > 0.5F ? 1 : -1;
        useful += sign * told.columns[r * kColumns];
        noise += std::abs(told.columns[r * kColumns + 1]);
      }
    }
    EXPECT_GT(useful, 2 * noise);
  }
}

TEST(RankerExplainer, WithoutTreesOwnHistoryIsTheOnlyReason) {
  const auto examples = make_examples(50, 44);
  RankerConfig config;
  config.rounds = 0;
  const auto ranker = fit(examples, config);
  ASSERT_FALSE(ranker.has_trees());
  const RankerExplainer explainer(ranker);
  const Scored scored(ranker, examples, 0);
  const auto told = scored.explain(explainer);
  for (std::size_t r = 0; r < kRows; ++r) {
    EXPECT_NEAR(told.base + told.own_history[r], scored.memory.total[r], 1e-12);
  }
  for (const double contribution : told.columns) EXPECT_EQ(contribution, 0);
}

}  // namespace
}  // namespace vitrina::ranking
