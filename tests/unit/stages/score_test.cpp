#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "stages/score/stage.hpp"
#include "stages/score_report.hpp"
#include "stages/scoring.hpp"

namespace vitrina::stages::score {
namespace {

namespace fs = std::filesystem;

Config few_draws() {
  Config config;
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
  const TextLists bought = purchases(log, 10, 20);
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

/// A folder of its own for each test, removed at the end.
class ScoreStage : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) /
        (std::string("score_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    write_file(file("log.csv"),
               "user_id,action,date,products\n"
               "u1,5,2024-09-02 10:00:00,a\n"
               "u1,5,2024-09-03 10:00:00,b\n"
               "u2,0,2024-09-02 11:00:00,a\n"
               "u2,5,2024-09-05 00:00:00,c\n");
    write_file(file("first.csv"), "user_id,products\nu1,\"['b', 'a']\"\n");
    write_file(file("second.csv"), "user_id,products\nu2,['c']\n");
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (folder_ / name).string();
  }

  /// What the stage prints with these options added to the usual ones.
  std::string run(const std::map<std::string, std::string>& options) {
    SilentProgress progress;
    std::ostringstream out;
    StageContext context;
    context.options = {{"predictions", file("first.csv")},
                       {"truth", file("log.csv")},
                       {"from", "2024-09-02"},
                       {"to", "2024-09-05"}};
    for (const auto& [name, value] : options) context.options[name] = value;
    context.params["score.draws"] = "100";
    context.progress = &progress;
    context.out = &out;
    stage().run(context);
    return out.str();
  }

  /// The error that the options lead to.
  Error error_of(const std::map<std::string, std::string>& options) {
    try {
      run(options);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return {ErrorCode::kInternal, ""};
  }

  fs::path folder_;
};

TEST_F(ScoreStage, PrintsTheTable) {
  const std::string text = run({});
  EXPECT_NE(text.find("bought from 2024-09-02T00:00:00 to 2024-09-05T00:00:00"), std::string::npos)
      << text;
  EXPECT_NE(text.find("A  recall, all buyers               1.0000   1.0000 to 1.0000"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  buyers 1, sent 1, buyers sent 1, buyers with a hit 1, products bought 2, "
                      "of them sent 2\n"),
            std::string::npos)
      << text;
}

TEST_F(ScoreStage, WritesJsonForSeveralWindowsAndTwoAnswers) {
  const std::string first = file("first.csv");
  const std::string second = file("second.csv");
  const std::string text = run({{"predictions", first + "," + first},
                                {"vs", second + "," + second},
                                {"from", "2024-09-02,2024-09-03"},
                                {"to", "2024-09-05,2024-09-05T00:00:01"},
                                {"json", file("out.json")}});
  EXPECT_NE(text.find("reading A by window"), std::string::npos);
  const auto json = nlohmann::json::parse(read_file(file("out.json")));
  EXPECT_EQ(json["counts"]["buyers"], 3);
  EXPECT_DOUBLE_EQ(json["readings"]["a"]["value"].get<double>(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(json["versus"]["readings"]["a"]["value"].get<double>(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(json["versus"]["difference"]["a"]["value"].get<double>(), 1.0 / 3);
  ASSERT_EQ(json["windows"].size(), 2U);
  EXPECT_EQ(json["windows"][1]["to"], "2024-09-05T00:00:01");
  EXPECT_EQ(json["windows"][1]["versus"]["readings"]["a"], 0.5);
  EXPECT_EQ(json["recall_by_k"].size(), 25U);
}

TEST_F(ScoreStage, WrongOptionsAreUsageErrors) {
  EXPECT_EQ(error_of({{"from", "yesterday"}}).code(), ErrorCode::kUsage);
  EXPECT_EQ(error_of({{"from", "2024-09-05"}}).code(), ErrorCode::kUsage);
  EXPECT_EQ(error_of({{"to", "2024-09-05,2024-09-06"}}).code(), ErrorCode::kUsage);
  const std::string two = file("second.csv") + "," + file("second.csv");
  EXPECT_STREQ(error_of({{"vs", two}}).what(),
               "--vs: found 2 values, expected 1, one for each file of --predictions");
}

TEST_F(ScoreStage, BadInputsAreNamed) {
  EXPECT_EQ(error_of({{"predictions", file("none.csv")}}).code(), ErrorCode::kMissingInput);
  EXPECT_EQ(error_of({{"truth", file("none")}}).code(), ErrorCode::kMissingInput);
  write_file(file("twice.csv"), "user_id,products\nu1,['a']\nu1,['b']\n");
  const Error twice = error_of({{"predictions", file("twice.csv")}});
  EXPECT_EQ(twice.code(), ErrorCode::kBadData);
  EXPECT_NE(std::string(twice.what()).find("twice.csv:3: user 'u1' was already sent in line 2"),
            std::string::npos)
      << twice.what();
}

TEST_F(ScoreStage, AWindowWithoutOrdersIsAnError) {
  const Error error = error_of({{"from", "2024-09-10"}, {"to", "2024-09-13"}});
  EXPECT_EQ(error.code(), ErrorCode::kBadData);
  EXPECT_NE(std::string(error.what())
                .find("no orders from 2024-09-10T00:00:00 to 2024-09-13T00:00:00, found events "
                      "from 2024-09-02T10:00:00 to 2024-09-05T00:00:00"),
            std::string::npos)
      << error.what();
}

TEST_F(ScoreStage, MoreRowsThanTheCaseAllowsAreWarnedOf) {
  std::string text = "user_id,products\n";
  for (int u = 0; u < 3001; ++u) text += "u" + std::to_string(u) + ",['a']\n";
  write_file(file("large.csv"), text);
  EXPECT_NE(run({{"predictions", file("large.csv")}})
                .find("large.csv: 3001 rows; the case gives more than 3000 rows 0 points"),
            std::string::npos);
}

}  // namespace
}  // namespace vitrina::stages::score
