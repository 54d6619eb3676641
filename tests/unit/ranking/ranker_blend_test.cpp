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

}  // namespace
}  // namespace vitrina::ranking
