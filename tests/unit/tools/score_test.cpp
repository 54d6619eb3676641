#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/warnings_only.hpp"
#include "tools/tools.hpp"

namespace vitrina::tools {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test, removed at the end.
class ScoreTool : public testing::Test {
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

  /// What the tool prints with these options added to the usual ones.
  std::string run(const std::map<std::string, std::string>& options) {
    std::ostringstream out;
    command::Context context;
    context.options = {{"predictions", file("first.csv")},
                       {"truth", file("log.csv")},
                       {"from", "2024-09-02"},
                       {"to", "2024-09-05"}};
    for (const auto& [name, value] : options) context.options[name] = value;
    context.params = params_;
    context.params["score.draws"] = "100";
    context.progress = &progress_;
    context.out = &out;
    score_command().run(context);
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
  ParamMap params_;
  test::WarningsOnly progress_;
};

TEST_F(ScoreTool, PrintsTheTable) {
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

TEST_F(ScoreTool, WritesJsonForSeveralWindowsAndTwoAnswers) {
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

TEST_F(ScoreTool, WrongOptionsAreUsageErrors) {
  EXPECT_EQ(error_of({{"from", "yesterday"}}).code(), ErrorCode::kUsage);
  EXPECT_EQ(error_of({{"from", "2024-09-05"}}).code(), ErrorCode::kUsage);
  EXPECT_STREQ(error_of({{"from", "2024-09-02T00:00:00-05:00"}}).what(),
               "--from: found '2024-09-02T00:00:00-05:00', expected a time without a zone, in the "
               "log's own clock (UTC where the log's times have a zone and no time_zone is given)");
  EXPECT_EQ(error_of({{"to", "2024-09-05,2024-09-06"}}).code(), ErrorCode::kUsage);
  const std::string two = file("second.csv") + "," + file("second.csv");
  EXPECT_STREQ(error_of({{"vs", two}}).what(),
               "--vs: found 2 values, expected 1, one for each file of --predictions");
}

TEST_F(ScoreTool, TheTruthIsReadOnTheClockThatIsSet) {
  write_file(file("log.csv"),
             "user_id,action,date,products\n"
             "u1,5,2024-09-02 03:00:00Z,a\n"
             "u1,5,2024-09-03 10:00:00Z,b\n");
  EXPECT_NE(run({}).find("products bought 2,"), std::string::npos);
  params_["ingest.time_zone"] = "-05:00";
  EXPECT_NE(run({}).find("products bought 1,"), std::string::npos);
}

TEST_F(ScoreTool, WhatIsSetHasAnEffect) {
  command::Context context;
  context.set_keys = {"choose.k", "ingest.schema", "ingest.time_zone", "ingest.max_bad_share"};
  EXPECT_NO_THROW(score_command().check(context));
  context.set_keys.emplace_back("ingest.since");
  EXPECT_THROW(score_command().check(context), Error);
}

TEST_F(ScoreTool, ATruthThatCannotBeReadJudgesNobody) {
  std::string log = "user_id,action,date,products\nu1,5,2024-09-02 10:00:00,a\n";
  for (int e = 0; e < 8; ++e) log += "u1,1,2024-09-02 10:00:00,a\n";
  log += "u2,purchase,2024-09-02 11:00:00,a\n";
  write_file(file("log.csv"), log);
  run({});
  ASSERT_FALSE(progress_.warnings.empty());
  EXPECT_NE(progress_.warnings[0].find("purchase"), std::string::npos) << progress_.warnings[0];

  for (int e = 0; e < 8; ++e) log += "u2,purchase,2024-09-02 11:00:00,a\n";
  write_file(file("log.csv"), log);
  EXPECT_EQ(error_of({}).code(), ErrorCode::kBadData);
  params_["ingest.max_bad_share"] = "0.9";
  EXPECT_NO_THROW(run({}));
}

TEST_F(ScoreTool, AnAnswerForNobodyOfTheLogIsWarnedOf) {
  write_file(file("other.csv"), "user_id,products\n1.0,\"['b', 'a']\"\n");
  run({{"vs", file("other.csv")}});
  ASSERT_FALSE(progress_.warnings.empty());
  EXPECT_NE(progress_.warnings.back().find(
                "other.csv: the log has none of its 1 customers, such as '1.0'; its own are such "
                "as 'u1'"),
            std::string::npos)
      << progress_.warnings.back();
}

TEST_F(ScoreTool, AnAnswerOfOtherProductsIsWarnedOf) {
  write_file(file("other.csv"), "user_id,products\nu1,[]\nu2,\"['1.0', '2.0']\"\n");
  run({{"predictions", file("other.csv")}});
  ASSERT_FALSE(progress_.warnings.empty());
  EXPECT_NE(
      progress_.warnings.back().find("other.csv: the log has none of the products it names, such "
                                     "as '1.0'; its own are such as 'a'"),
      std::string::npos)
      << progress_.warnings.back();
}

TEST_F(ScoreTool, ALogOfDaysReachesToTheEndOfItsLastDay) {
  write_file(file("log.csv"),
             "user_id,action,date,products\n"
             "u1,5,2024-09-02,a\n"
             "u1,5,2024-09-04,b\n");
  run({});
  EXPECT_TRUE(progress_.warnings.empty()) << progress_.warnings[0];
  run({{"to", "2024-09-06"}});
  ASSERT_EQ(progress_.warnings.size(), 1U);
  EXPECT_NE(progress_.warnings[0].find("its last event is at 2024-09-04T23:59:59.999999, 1.0 days "
                                       "before 2024-09-06T00:00:00"),
            std::string::npos)
      << progress_.warnings[0];
}

TEST_F(ScoreTool, BadInputsAreNamed) {
  EXPECT_EQ(error_of({{"predictions", file("none.csv")}}).code(), ErrorCode::kMissingInput);
  EXPECT_EQ(error_of({{"truth", file("none")}}).code(), ErrorCode::kMissingInput);
  write_file(file("twice.csv"), "user_id,products\nu1,['a']\nu1,['b']\n");
  const Error twice = error_of({{"predictions", file("twice.csv")}});
  EXPECT_EQ(twice.code(), ErrorCode::kBadData);
  EXPECT_NE(std::string(twice.what()).find("twice.csv:3: user 'u1' was already sent in line 2"),
            std::string::npos)
      << twice.what();
}

TEST_F(ScoreTool, AWindowWithoutOrdersIsAnError) {
  const Error error = error_of({{"from", "2024-09-10"}, {"to", "2024-09-13"}});
  EXPECT_EQ(error.code(), ErrorCode::kBadData);
  EXPECT_NE(std::string(error.what())
                .find("no orders from 2024-09-10T00:00:00 to 2024-09-13T00:00:00, found events "
                      "from 2024-09-02T10:00:00 to 2024-09-05T00:00:00"),
            std::string::npos)
      << error.what();
}

TEST_F(ScoreTool, MoreRowsThanTheCaseAllowsAreWarnedOf) {
  std::string text = "user_id,products\n";
  for (int u = 0; u < 3001; ++u) text += "u" + std::to_string(u) + ",['a']\n";
  write_file(file("large.csv"), text);
  run({{"predictions", file("large.csv")}});
  ASSERT_FALSE(progress_.warnings.empty());
  EXPECT_NE(progress_.warnings.back().find(
                "large.csv: 3001 rows; the case gives more than 3000 rows 0 points"),
            std::string::npos);
}

}  // namespace
}  // namespace vitrina::tools
