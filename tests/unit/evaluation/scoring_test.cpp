#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evaluation/score_report.hpp"
#include "evaluation/scoring.hpp"

namespace vitrina::evaluation {
namespace {

ScoringConfig few_draws() {
  ScoringConfig config;
  config.bootstrap.n_draws = 200;
  return config;
}

/// The case's own example: 3 of 4 bought products sent, and a buyer who is not sent.
Window case_window() {
  Window window;
  window.from = 0;
  window.to = kUsPerDay;
  window.bought = {{"u1", "u2"}, {{"a", "b", "c", "d"}, {"e"}}};
  window.first = {"first.csv", {{"u1", "u3"}, {{"x", "a", "d", "b"}, {"a"}}}};
  return window;
}

TEST(Score, TheCasesExample) {
  const Scores scores = score({case_window()}, few_draws());
  EXPECT_DOUBLE_EQ(scores.first.pooled.value.a, 0.375);
  EXPECT_DOUBLE_EQ(scores.first.pooled.value.b, 0.75);
  EXPECT_DOUBLE_EQ(scores.first.pooled.value.c, 0.75);
  EXPECT_DOUBLE_EQ(scores.first.pooled.value.precision, 0.5);
  EXPECT_EQ(scores.first.pooled.counts.hits, 3U);
  ASSERT_EQ(scores.first.recall_by_k.size(), 25U);
  EXPECT_EQ(scores.first.recall_by_k[0], 0.0);
  EXPECT_EQ(scores.first.recall_by_k[1], 0.125);
  EXPECT_EQ(scores.first.recall_by_k[24], 0.375);
  EXPECT_FALSE(scores.difference.has_value());
}

TEST(Score, WindowsArePooledOverBuyerAndWindow) {
  Window second = case_window();
  second.bought = {{"u1"}, {{"a"}}};
  const Scores scores = score({case_window(), second}, few_draws());
  EXPECT_DOUBLE_EQ(scores.first.pooled.value.a, (0.75 + 0.0 + 1.0) / 3);
  EXPECT_DOUBLE_EQ(scores.first.by_window[1].value.a, 1.0);
  EXPECT_DOUBLE_EQ(scores.first.recall_by_k[24], scores.first.pooled.value.a);
}

TEST(Score, TheOtherAnswerIsComparedOnTheSameUsers) {
  Window window = case_window();
  window.second = {"second.csv", {{"u2"}, {{"e"}}}};
  const Scores scores = score({window}, few_draws());
  EXPECT_DOUBLE_EQ(scores.second->pooled.value.a, 0.5);
  EXPECT_DOUBLE_EQ(scores.difference->a.value, -0.125);
  EXPECT_LE(scores.difference->a.interval.low, -0.125);
  EXPECT_GE(scores.difference->a.interval.high, -0.125);
}

TEST(Score, PurchasesAreDistinctRealProductsInTheWindow) {
  RawLog log;
  const auto event = [&log](std::string_view user, std::string_view item, TimeUs time,
                            Action action) {
    log.user.push_back(log.users.intern(user));
    log.item.push_back(item.empty() ? kNoCode : log.items.intern(item));
    log.time.push_back(time);
    log.action.push_back(static_cast<std::uint8_t>(action));
  };
  event("u2", "b", 11, Action::kOrder);
  event("u1", "a", 10, Action::kOrder);
  event("u2", "b", 12, Action::kOrder);
  event("u2", "a", 19, Action::kOrder);
  event("u1", "c", 9, Action::kOrder);
  event("u1", "c", 20, Action::kOrder);
  event("u1", "d", 15, Action::kBasketAdd);
  event("u3", "", 15, Action::kOrder);
  const IdLists bought = purchases(log, 10, 20);
  std::map<std::string, std::vector<std::string>> by_user;
  for (std::size_t r = 0; r < bought.users.size(); ++r) by_user[bought.users[r]] = bought.items[r];
  const std::map<std::string, std::vector<std::string>> expected{{"u1", {"a"}}, {"u2", {"b", "a"}}};
  EXPECT_EQ(by_user, expected);
}

TEST(Score, AReadingOverNobodyIsADashAndNull) {
  Window window = case_window();
  window.first.lists = {{"u9"}, {{"a"}}};
  const Scores scores = score({window}, few_draws());
  const auto json = to_json({window}, scores, few_draws());
  EXPECT_EQ(json["readings"]["a"]["value"], 0.0);
  const auto read_back = nlohmann::json::parse(json.dump());
  EXPECT_TRUE(read_back["readings"]["c"]["value"].is_null());
  EXPECT_NE(table_text({window}, scores, few_draws()).find("C  recall, buyers with a hit "),
            std::string::npos);
  EXPECT_EQ(table_text({window}, scores, few_draws()).find("nan"), std::string::npos);
}

}  // namespace
}  // namespace vitrina::evaluation
