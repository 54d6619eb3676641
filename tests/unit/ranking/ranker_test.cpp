#include "ranking/ranker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/rng.hpp"
#include "support/scratch.hpp"

namespace vitrina::ranking {
namespace {

namespace fs = std::filesystem;

/// Rows in which own history foretells a purchase and the first column does what own history
/// cannot: of pairs with equal own history, those with a large value are bought.
Examples make_examples(std::size_t n_users, std::uint64_t seed) {
  constexpr std::size_t kRows = 10;
  Rng rng(seed);
  Examples examples;
  examples.columns = {"useful", "noise", "sometimes"};
  for (std::size_t u = 0; u < n_users; ++u) {
    bool is_buyer = false;
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto own = static_cast<float>(rng.below(3));
      const auto useful = static_cast<float>(rng.uniform());
      examples.features.insert(examples.features.end(),
                               {useful, static_cast<float>(rng.uniform()),
                                rng.chance(0.5) ? std::nanf("") : static_cast<float>(r)});
      const bool is_bought = rng.chance(0.05 * double{own} * (useful > 0.5F ? 2.0 : 0.1));
      is_buyer = is_buyer || is_bought;
      examples.label.push_back(is_bought ? 1.0F : 0.0F);
      examples.weight.push_back(1);
      examples.own_valid.push_back(own);
      examples.own_final.push_back(2 * own);
    }
    examples.offsets.push_back(examples.label.size());
    examples.user_weight.push_back(1);
    examples.is_buyer.push_back(is_buyer ? 1 : 0);
    const auto own = std::span(examples.own_valid).last(kRows);
    const auto row = examples.n_rows() - kRows + strongest_row(own);
    const auto first = examples.features.begin() + static_cast<std::ptrdiff_t>(3 * row);
    examples.user_features.insert(examples.user_features.end(), first, first + 3);
    examples.user_own_valid.push_back(examples.own_valid[row]);
    examples.user_own_final.push_back(examples.own_final[row]);
  }
  return examples;
}

// Enough to give LightGBM two threads of its own in each of two models fitted at a time. Under
// ThreadSanitizer ours alone: it cannot see the barriers of LightGBM's, nor end in minutes with
// them.
#ifdef __SANITIZE_THREAD__
constexpr int kManyThreads = 2;
#else
constexpr int kManyThreads = 4;
#endif

Ranker fit(const Examples& examples, const RankerConfig& config, int threads = 1,
           std::uint64_t seed = 42) {
  const Examples* folds[] = {&examples};
  return Ranker::fit(folds, Lineage::kValid, config, seed, threads);
}

std::vector<float> scores(const Ranker& ranker, const Examples& examples, int threads = 1) {
  std::vector<float> w(examples.n_rows());
  ranker.score({{examples.features.data(), examples.n_rows(), examples.columns.size()},
                examples.offsets,
                examples.own_valid},
               threads, w);
  return w;
}

/// Cross-entropy of the labels: what training lowers.
double loss(const std::vector<float>& w, const Examples& examples) {
  double sum = 0;
  for (std::size_t r = 0; r < w.size(); ++r) {
    sum -= std::log(examples.label[r] > 0 ? double{w[r]} : 1 - double{w[r]});
  }
  return sum / static_cast<double>(w.size());
}

class RankerTest : public testing::Test {
 protected:
  RankerTest() : folder_(test::scratch("ranker_test")) { fs::remove_all(folder_); }
  ~RankerTest() override { fs::remove_all(folder_); }

  std::string bytes(const Ranker& ranker) const {
    ranker.save(folder_);
    return read_file(folder_ / "ranker.vtr");
  }

  fs::path folder_;
};

/// A blend of one model.
RankerConfig only(double RankerConfig::* weight) {
  RankerConfig config{.share_weight = 0, .hit_weight = 0, .two_step_weight = 0, .order_weight = 0};
  config.*weight = 1;
  return config;
}

constexpr double RankerConfig::* kEveryModel[] = {
    &RankerConfig::share_weight, &RankerConfig::hit_weight, &RankerConfig::two_step_weight,
    &RankerConfig::order_weight};

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

TEST_F(RankerTest, EveryModelIsTheSameWithAnyThreads) {
  const auto examples = make_examples(600, 35);
  for (const auto weight : kEveryModel) {
    const auto one = bytes(fit(examples, only(weight), 1));
    // LambdaRank's slopes differ so much in size that their sums show the order of adding
    for (const int threads : {2, kManyThreads}) {
      EXPECT_TRUE(bytes(fit(examples, only(weight), threads)) == one) << threads << " threads";
    }
  }
}

TEST_F(RankerTest, ComesBackFromDiskAsItWas) {
  const auto examples = make_examples(300, 6);
  for (const int rounds : {0, 30}) {
    auto ranker = fit(examples, {.bags = 2, .rounds = rounds});
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
    EXPECT_EQ(loaded.buy_probability(0.2), ranker.buy_probability(0.2));
    EXPECT_EQ(loaded.expected_recall(0.2), ranker.expected_recall(0.2));
  }
}

TEST_F(RankerTest, BagsAreAveragedAndSpreadLess) {
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

TEST_F(RankerTest, EveryModelOfTheBlendFindsWhatOwnHistoryCannot) {
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

TEST_F(RankerTest, EveryModelOfTheBlendEstimatesTheSameW) {
  auto examples = make_examples(2000, 17);
  for (auto& share : examples.label) share *= 0.5F;  // everybody bought a product elsewhere too
  for (const auto weight : kEveryModel) {
    const auto w = scores(fit(examples, only(weight)), examples);
    const double expected = std::accumulate(w.begin(), w.end(), 0.0);
    const double attained = std::accumulate(examples.label.begin(), examples.label.end(), 0.0);
    EXPECT_NEAR(expected / attained, 1.0, 0.15);
  }
}

TEST_F(RankerTest, TheOrderModelMovesOnlyTheOrder) {
  const auto examples = make_examples(300, 18);
  auto config = only(&RankerConfig::share_weight);
  const auto share = scores(fit(examples, config), examples);
  config.order_weight = 1e-9;  // trained, but without a say: the shares stay what they are
  const auto almost_share = scores(fit(examples, config), examples);
  config.order_weight = 100;  // the other way round
  const auto almost_order = scores(fit(examples, config), examples);
  bool is_other_order = false;
  for (std::size_t u = 0; u < examples.n_users(); ++u) {
    std::vector<float> a(share.begin() + 10 * u, share.begin() + 10 * (u + 1));
    std::vector<float> b(almost_order.begin() + 10 * u, almost_order.begin() + 10 * (u + 1));
    for (std::size_t r = 0; r < 10; ++r) {
      EXPECT_NEAR(almost_share[10 * u + r], a[r], 1e-6);
      is_other_order = is_other_order || std::abs(a[r] - b[r]) > 0.1F * a[r];
    }
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    for (std::size_t r = 0; r < 10; ++r) EXPECT_NEAR(b[r] / a[r], 1.0, 0.1);
  }
  EXPECT_TRUE(is_other_order);
}

TEST_F(RankerTest, AUsersScoresDoNotDependOnTheOthers) {
  const auto examples = make_examples(300, 19);
  RankerConfig config;
  config.two_step_weight = 1;
  config.order_weight = 1;
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

TEST_F(RankerTest, ABlendOfNothingIsRefused) {
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

TEST_F(RankerTest, IsCalibratedOnTheNewestWindowByModelsOfThoseBefore) {
  const auto windows = make_windows(kUsPerDay);
  const RankerConfig plain;
  RankerConfig calibrated;
  calibrated.calibrate = true;
  calibrated.rolling_windows = 1;
  const double attained = sum_of(windows[0].label);
  const double foretold = sum_of(scores(fit(windows, plain), windows[0]));
  const double corrected = sum_of(scores(fit(windows, calibrated), windows[0]));
  EXPECT_GT(foretold, 1.5 * attained);
  EXPECT_NEAR(corrected / attained, 1.0, 0.25);
  EXPECT_TRUE(bytes(fit(windows, calibrated, kManyThreads)) == bytes(fit(windows, calibrated, 1)));
  const auto saved = fit(windows, calibrated);
  (void)bytes(saved);
  EXPECT_EQ(scores(Ranker::load(folder_), windows[1]), scores(saved, windows[1]));
}

TEST_F(RankerTest, TheSayOfTheModelsIsLearnedOutOfTime) {
  const auto windows = make_windows(kUsPerDay);
  RankerConfig config;
  config.order_weight = 1;
  config.two_step_weight = 1;
  const auto given = scores(fit(windows, config), windows[0]);
  config.learn_weights = true;
  const auto learned = fit(windows, config);
  EXPECT_NE(scores(learned, windows[0]), given);
  EXPECT_TRUE(bytes(fit(windows, config, kManyThreads)) == bytes(learned));
}

TEST_F(RankerTest, WindowsThatEndAfterACutDoNotJudgeIt) {
  // every label window reaches into the next one: none is out of time for another
  const auto windows = make_windows(3 * kUsPerDay);
  RankerConfig config;
  const auto plain = scores(fit(windows, config), windows[0]);
  config.learn_weights = true;
  config.calibrate = true;
  EXPECT_EQ(scores(fit(windows, config), windows[0]), plain);
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

TEST_F(RankerTest, FoldsFollowEachOther) {
  auto whole = make_examples(200, 11);
  const auto first = make_examples(200, 11);
  const auto second = make_examples(100, 12);
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

TEST(Examples, ComeBackFromDiskAsTheyWere) {
  const auto path = test::scratch("examples_test.vtr");
  auto examples = make_examples(30, 13);
  examples.cut = 5 * kUsPerDay;
  examples.to = 6 * kUsPerDay;
  save_examples(examples, path);
  const auto bytes = read_file(path);
  const auto loaded = load_examples(path);
  EXPECT_EQ(loaded.cut, examples.cut);
  EXPECT_EQ(loaded.to, examples.to);
  EXPECT_EQ(loaded.columns, examples.columns);
  EXPECT_EQ(loaded.offsets, examples.offsets);
  EXPECT_EQ(loaded.label, examples.label);
  EXPECT_EQ(loaded.is_buyer, examples.is_buyer);
  save_examples(loaded, path);
  EXPECT_EQ(read_file(path), bytes);
  auto torn = examples;
  torn.weight.pop_back();
  save_examples(torn, path);
  EXPECT_THROW((void)load_examples(path), Error);
  fs::remove(path);
}

TEST(RankerConfig, TakesFewerAndSmallerStepsOnAShortLog) {
  const RankerConfig config;
  const auto on_short = config.for_log_of(config.short_log_days - 1);
  EXPECT_EQ(on_short.rounds, config.short_log_rounds);
  EXPECT_EQ(on_short.learning_rate, config.short_log_learning_rate);
  const auto on_long = config.for_log_of(config.short_log_days);
  EXPECT_EQ(on_long.rounds, config.rounds);
  EXPECT_EQ(on_long.learning_rate, config.learning_rate);
  // what the user makes smaller stays so
  RankerConfig modest;
  modest.rounds = 5;
  modest.learning_rate = 0.01;
  EXPECT_EQ(modest.for_log_of(1).rounds, 5);
  EXPECT_EQ(modest.for_log_of(1).learning_rate, 0.01);
}

}  // namespace
}  // namespace vitrina::ranking
