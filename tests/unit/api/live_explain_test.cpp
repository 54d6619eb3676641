#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bundle/generation.hpp"
#include "core/time.hpp"
#include "ranking/tree_explainer.hpp"
#include "unit/api/aged_bundle_fixture.hpp"
#include "vitrina/live.hpp"

// Why a product was named, as a live answer tells it.

namespace vitrina {
namespace {

class LiveExplainTest : public AgedBundleTest {
 protected:
  static Live told_all() {
    auto live = Live::open(folder() / "bundle");
    std::vector<LiveEvent> all;
    for (const auto& event : events()) {
      all.push_back({.user_id = event.user,
                     .action = std::string(name(event.action)),
                     .page = event.page,
                     .device = event.device,
                     .time = format_time(event.time)});
      if (!event.item.empty()) all.back().products = {event.item};
    }
    live.add(all);
    return live;
  }

  static std::set<std::string> users() {
    std::set<std::string> users{"never heard of"};
    for (const auto& event : events()) users.insert(event.user);
    return users;
  }

  static std::string moment() { return format_time(kLearned + 3 * kUsPerDay); }
};

void expect_adds_up(const LiveProduct& product) {
  ASSERT_TRUE(product.reasons.has_value());
  const auto& reasons = *product.reasons;
  double sum = reasons.base + reasons.other;
  for (const auto& reason : reasons.features) sum += reason.contribution;
  EXPECT_NEAR(sum, reasons.logit, 1e-9);
  EXPECT_EQ(static_cast<float>(1 / (1 + std::exp(-reasons.logit))),
            static_cast<float>(product.score));
  EXPECT_LE(reasons.features.size(), 5U);
  EXPECT_TRUE(std::is_sorted(reasons.features.begin(), reasons.features.end(),
                             [](const LiveReason& a, const LiveReason& b) {
                               return std::abs(a.contribution) > std::abs(b.contribution);
                             }));
}

TEST_F(LiveExplainTest, ReasonsAddUpToTheScoreAndChangeNothingElse) {
  const auto live = told_all();
  const auto generation = bundle::Generation::load(folder() / "bundle");
  const auto& columns = generation->engine().column_names();
  std::set<std::string> names(columns.begin(), columns.end());
  names.insert({"own_history", "buyer"});
  std::set<std::string> met;
  std::size_t n_unknown = 0;
  for (const auto& user : users()) {
    const auto plain = live.recommend({.user_id = user, .k = 12, .at = moment()});
    const auto explained =
        live.recommend({.user_id = user, .k = 12, .at = moment(), .explain = true});
    ASSERT_EQ(plain.products.size(), explained.products.size());
    EXPECT_EQ(plain.p_buy, explained.p_buy);
    for (std::size_t p = 0; p < plain.products.size(); ++p) {
      EXPECT_EQ(plain.products[p].product_id, explained.products[p].product_id);
      EXPECT_EQ(plain.products[p].score, explained.products[p].score);
      EXPECT_EQ(plain.products[p].source, explained.products[p].source);
      EXPECT_FALSE(plain.products[p].reasons.has_value());
      expect_adds_up(explained.products[p]);
      for (const auto& reason : explained.products[p].reasons->features) {
        EXPECT_NE(reason.contribution, 0);
        EXPECT_TRUE(names.contains(reason.feature)) << reason.feature;
        met.insert(reason.feature);
        n_unknown += reason.value ? 0 : 1;
      }
    }
  }
  EXPECT_TRUE(met.contains("own_history"));
  EXPECT_GT(met.size(), 5U);
  EXPECT_GT(n_unknown, 0U);
}

TEST_F(LiveExplainTest, AProductThatWasJustPutIntoTheBasketIsThereByOwnHistory) {
  auto live = Live::open(folder() / "bundle");
  const auto before = live.recommend({.user_id = "new", .k = 20, .explain = true});
  const auto& last = before.products.back();
  for (const auto& reason : last.reasons->features) EXPECT_NE(reason.feature, "own_history");
  live.add({{.user_id = "new", .action = "basket_add", .products = {last.product_id}}});
  const auto after = live.recommend({.user_id = "new", .k = 20, .explain = true});
  EXPECT_EQ(after.products.front().product_id, last.product_id);
  const auto& strongest = after.products.front().reasons->features.front();
  EXPECT_EQ(strongest.feature, "own_history");
  EXPECT_GT(strongest.contribution, 0);
  EXPECT_GT(strongest.value.value(), 0);
  EXPECT_EQ(after.products.front().reasons->base, last.reasons->base);
}

TEST_F(LiveExplainTest, WhereNothingMayBeNamedNothingIsExplained) {
  const auto live = Live::open(folder() / "bundle");
  const std::vector<std::string> unknown{"never heard of"};
  const auto answer = live.recommend({.k = 3, .only = unknown, .explain = true});
  EXPECT_TRUE(answer.products.empty());
}

TEST_F(LiveExplainTest, ManyMayAskFirst) {
  const auto live = told_all();
  std::vector<LiveAnswer> answers(4);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] {
      answer = live.recommend({.user_id = events().back().user, .at = moment(), .explain = true});
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) {
    for (std::size_t p = 0; p < answer.products.size(); ++p) {
      expect_adds_up(answer.products[p]);
      EXPECT_EQ(answer.products[p].reasons->other, answers[0].products[p].reasons->other);
    }
  }
}

TEST_F(LiveExplainTest, EveryModelOfABundleIsExplainedAsByLightGbm) {
  constexpr std::size_t kRows = 64;
  const auto generation = bundle::Generation::load(folder() / "bundle");
  const auto& ranker = generation->bundle().ranker();
  std::size_t n_models = 0;
  for (const auto m : {ranking::kShare, ranking::kHit, ranking::kTwoStep}) {
    if (!ranker.model(m).has_trees()) continue;
    ++n_models;
    const auto& trees = ranker.model(m).trees();
    const auto explainer = ranking::TreeExplainer::from_text(trees.to_text());
    const std::size_t n_columns = explainer.n_columns();
    const auto values = trees.scorer().probe_rows(kRows);
    std::vector<const float*> rows;
    for (std::size_t r = 0; r < kRows; ++r) rows.push_back(values.data() + r * n_columns);
    ranking::TreeExplainerMemory memory;
    std::vector<double> ours(kRows * n_columns);
    explainer.explain(rows, memory, ours);
    std::vector<double> theirs(kRows * (n_columns + 1));
    trees.contributions_by_lightgbm({values.data(), kRows, n_columns}, 1, theirs);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      ASSERT_NEAR(ours[i], theirs[i / n_columns * (n_columns + 1) + i % n_columns], 1e-9);
    }
    EXPECT_NEAR(explainer.base(), theirs[n_columns], 1e-9);
  }
  EXPECT_GT(n_models, 0U);
}

}  // namespace
}  // namespace vitrina
