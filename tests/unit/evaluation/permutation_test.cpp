#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "evaluation/answer_lists.hpp"
#include "evaluation/permutation.hpp"
#include "metrics/recall.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

namespace vitrina::evaluation {
namespace {

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;
constexpr TimeUs kTo = kCut + 2 * kUsPerDay;
constexpr selection::ChoiceLimits kLimits{12, 5};
/// Labels of training rows are floats.
constexpr double kRounding = 1e-7;

/// A fold with a ranker that was grown on that very fold: what it is worth does not matter here.
struct World {
  World()
      : shop(test::shop_of(test::random_events({.seed = 7, .n_users = 60, .n_events = 2500}),
                           test::random_catalog({.seed = 7}))),
        models(test::fit_at(shop, kCut)),
        engine(shop, models, test::small_shop_params()),
        queries{shop.events, kCut, kLimits.k},
        bought(purchases_between(shop.events, kCut, kTo)) {
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      if (!shop.events.before(UserIdx(u), kCut).empty()) users.emplace_back(u);
    }
    fill_rows();
    ranking::RankerConfig config;
    config.rounds = 20;
    config.min_leaf_rows = 5;
    config.min_leaf_hessian = 0.01;
    config.buyers_per_round = 0.1;
    config.min_positives = 1;
    const ranking::Examples* folds[] = {&rows};
    ranker = ranking::Ranker::fit(folds, ranking::Lineage::kValid, config, 42, 1);
  }

  void fill_rows() {
    rows.columns = engine.column_names();
    for (const auto user : users) {
      const auto& block = blocks.emplace_back(test::block_of(engine, shop, kCut, user));
      const auto wanted = bought.of(user);
      std::vector<float> own;
      engine::append_own_history_scores(*models.own_history, block, own);
      rows.features.insert(rows.features.end(), block.features.begin(), block.features.end());
      rows.own_valid.insert(rows.own_valid.end(), own.begin(), own.end());
      for (const auto item : block.item) {
        const bool is_bought = std::binary_search(wanted.begin(), wanted.end(), item);
        rows.label.push_back(is_bought ? 1.0F / static_cast<float>(wanted.size()) : 0.0F);
      }
      rows.offsets.push_back(rows.label.size());
    }
    rows.own_final = rows.own_valid;
    rows.weight.assign(rows.n_rows(), 1);
    rows.user_weight.assign(users.size(), 1);
    rows.is_buyer.assign(users.size(), 0);
  }

  [[nodiscard]] PermutationResult permuted(const std::vector<ColumnSet>& sets, int repeats = 1,
                                           int threads = 1, std::size_t max_bytes = 1U << 30U,
                                           std::uint64_t seed = 3) const {
    SilentProgress progress;
    return permute({.engine = engine,
                    .scorer = {ranker, *models.own_history},
                    .queries = queries,
                    .users = users,
                    .bought = bought,
                    .limits = kLimits,
                    .sets = sets,
                    .repeats = repeats,
                    .seed = seed,
                    .max_bytes = max_bytes,
                    .threads = threads},
                   progress);
  }

  /// Each column that a tree splits on, alone; all of them; the base; nothing.
  [[nodiscard]] std::vector<ColumnSet> sets() const {
    const auto gain = ranker.gains();
    std::vector<ColumnSet> sets{{"base", {kBaseColumn}}};
    ColumnSet all{"all", {}};
    for (std::size_t c = 0; c < gain.size(); ++c) {
      if (gain[c] <= 0) continue;
      sets.push_back({engine.column_names()[c], {c}});
      all.columns.push_back(c);
    }
    sets.push_back(all);
    sets.push_back({"nothing", {}});
    return sets;
  }

  /// The same measures from the whole matrix at once.
  [[nodiscard]] Measures naive(const ColumnSet& set, std::uint64_t seed, int repeat) const {
    std::vector<std::size_t> order(rows.n_rows());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng rng(seed, static_cast<std::uint64_t>(repeat));
    test::shuffle(order, rng);
    auto features = rows.features;
    auto own = rows.own_valid;
    const std::size_t n_columns = rows.columns.size();
    for (std::size_t r = 0; r < order.size(); ++r) {
      for (const auto c : set.columns) {
        if (c == kBaseColumn) {
          own[r] = rows.own_valid[order[r]];
        } else {
          features[r * n_columns + c] = rows.features[order[r] * n_columns + c];
        }
      }
    }
    std::vector<float> w(order.size());
    ranker.score({{features.data(), order.size(), n_columns}, rows.offsets, own}, 1, w);
    return judged(w);
  }

  [[nodiscard]] Measures judged(const std::vector<float>& w) const {
    selection::UserChoice<engine::SourcedItem> choice(kLimits);
    double loss = 0;
    for (std::size_t u = 0; u < users.size(); ++u) {
      std::vector<engine::SourcedItem> offers;
      for (std::size_t i = 0; i < blocks[u].n_rows(); ++i) {
        const std::size_t r = rows.offsets[u] + i;
        offers.push_back({blocks[u].item[i], w[r]});
        loss -= double{rows.label[r]} * std::log(double{w[r]}) +
                (1 - double{rows.label[r]}) * std::log1p(-double{w[r]});
      }
      choice.add(users[u], offers);
    }
    const auto results =
        metrics::judge(metrics::as_lists(bought), to_lists(choice.finish()), kLimits.k);
    return {metrics::readings(results).value.a, loss / static_cast<double>(users.size())};
  }

  Shop shop;
  models::ModelSet models;
  engine::Engine engine;
  LogQueries queries;
  Purchases bought;
  std::vector<UserIdx> users;
  std::vector<engine::UserBlock> blocks;
  ranking::Examples rows;
  ranking::Ranker ranker;
};

class Importance : public testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new World; }
  static void TearDownTestSuite() { delete world_; }

  static const World& world() { return *world_; }

 private:
  static inline World* world_ = nullptr;
};

TEST_F(Importance, IsThatOfTheWholeMatrixPermutedAtOnce) {
  const auto sets = world().sets();
  ASSERT_GT(sets.size(), 10U);
  const auto found = world().permuted(sets);
  EXPECT_EQ(found.n_rows, world().rows.n_rows());
  const auto untouched = world().naive({"nothing", {}}, 3, 0);
  EXPECT_DOUBLE_EQ(found.untouched.recall_a, untouched.recall_a);
  EXPECT_NEAR(found.untouched.cross_entropy, untouched.cross_entropy, kRounding);
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const auto expected = world().naive(sets[s], 3, 0);
    EXPECT_DOUBLE_EQ(found.permuted[s].recall_a, expected.recall_a) << sets[s].name;
    EXPECT_NEAR(found.permuted[s].cross_entropy, expected.cross_entropy, kRounding) << sets[s].name;
  }
}

TEST_F(Importance, RanksWhatTheTreesUseAboveNothing) {
  const auto sets = world().sets();
  const auto found = world().permuted(sets);
  const auto& all = found.permuted[sets.size() - 2];
  EXPECT_GT(all.cross_entropy, found.untouched.cross_entropy);
  EXPECT_LT(all.recall_a, found.untouched.recall_a);
  const auto& nothing = found.permuted.back();
  EXPECT_EQ(nothing.recall_a, found.untouched.recall_a);
  EXPECT_EQ(nothing.cross_entropy, found.untouched.cross_entropy);
}

TEST_F(Importance, RepeatsAreAveraged) {
  const std::vector<ColumnSet> sets{world().sets()[0]};
  const auto found = world().permuted(sets, 3);
  double recall = 0;
  double loss = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto one = world().naive(sets[0], 3, repeat);
    recall += one.recall_a / 3;
    loss += one.cross_entropy / 3;
  }
  EXPECT_NEAR(found.permuted[0].recall_a, recall, kRounding);
  EXPECT_NEAR(found.permuted[0].cross_entropy, loss, kRounding);
}

TEST_F(Importance, IsTheSameWithAnyThreadsAndAnyMemory) {
  // a pass a set is slow, so that a few of them must do
  std::vector<ColumnSet> sets;
  for (const auto& set : world().sets()) {
    if (sets.size() < 4 || set.columns.size() != 1) sets.push_back(set);
  }
  const auto expected = world().permuted(sets, 2);
  for (const int threads : {1, 4}) {
    for (const std::size_t max_bytes : {std::size_t{1}, std::size_t{100'000}}) {
      const auto found = world().permuted(sets, 2, threads, max_bytes);
      for (std::size_t s = 0; s < sets.size(); ++s) {
        EXPECT_EQ(found.permuted[s].recall_a, expected.permuted[s].recall_a) << sets[s].name;
        EXPECT_EQ(found.permuted[s].cross_entropy, expected.permuted[s].cross_entropy)
            << sets[s].name;
      }
    }
  }
  const auto other_seed = world().permuted(sets, 2, 1, 1U << 30U, 4);
  EXPECT_NE(other_seed.permuted[0].cross_entropy, expected.permuted[0].cross_entropy);
}

TEST_F(Importance, RefusesARankerOfOtherColumns) {
  auto rows = world().rows;
  rows.columns.front() = "other";
  const ranking::Examples* folds[] = {&rows};
  ranking::RankerConfig config;
  config.min_positives = 1;
  const auto ranker = ranking::Ranker::fit(folds, ranking::Lineage::kValid, config, 42, 1);
  SilentProgress progress;
  try {
    permute({.engine = world().engine,
             .scorer = {ranker, *world().models.own_history},
             .queries = world().queries,
             .users = world().users,
             .bought = world().bought,
             .limits = kLimits,
             .sets = {}},
            progress);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
  }
}

}  // namespace
}  // namespace vitrina::evaluation
