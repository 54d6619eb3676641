#include "vitrina/recommender.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "core/file.hpp"
#include "ranking/ranker.hpp"
#include "unit/api/recommender_fixture.hpp"
#include "vitrina/live.hpp"
#include "vitrina/score.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

TEST_F(RecommenderTest, AnswersAsTheCommandDoes) {
  ASSERT_TRUE(ranking::Ranker::load(path("bundle")).has_trees());
  const auto recommender = load();
  const auto answer = recommender.recommend(path("shop"));
  EXPECT_EQ(lines_of(answer), stage_lines("shop"));
  ASSERT_EQ(answer.size(), 20U);
  for (const auto& row : answer) {
    EXPECT_EQ(row.products.size(), 8U);
    EXPECT_GT(row.p_buy, 0);
    EXPECT_LE(row.p_buy, 1);
  }
  EXPECT_TRUE(std::is_sorted(answer.begin(), answer.end(), [](const auto& a, const auto& b) {
    return a.expected_recall > b.expected_recall;
  }));
  const std::string as_of = "2024-03-11T12:00:00";
  EXPECT_EQ(lines_of(recommender.recommend(path("shop"), {.as_of = as_of, .allow_future = true})),
            stage_lines("shop", {{"as-of", as_of}, {"allow-future", "true"}}));
}

TEST_F(RecommenderTest, AnswersForATableInMemoryAsForItsFile) {
  const auto recommender = load();
  auto stream = stream_of(event_table());
  const auto lines = lines_of(recommender.recommend(&stream));
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_EQ(lines, stage_lines("log"));
  EXPECT_EQ(lines, lines_of(recommender.recommend(path("log/train_actions.csv"))));
  EXPECT_EQ(lines.size(), 20U);
}

TEST_F(RecommenderTest, DoesNotNeedTheFolderAfterLoading) {
  fs::copy(path("bundle"), path("copy"));
  const auto recommender = Recommender::load(path("copy"));
  fs::remove_all(path("copy"));
  EXPECT_EQ(recommender.fingerprint(), load().fingerprint());
  EXPECT_EQ(recommender.fingerprint().size(), 16U);
  EXPECT_EQ(lines_of(recommender.recommend(path("shop"))),
            lines_of(load().recommend(path("shop"))));
}

TEST_F(RecommenderTest, AnswersTheSameFromSeveralThreadsAtOnce) {
  const auto recommender = load();
  const auto alone = lines_of(recommender.recommend(path("shop"), {.threads = 1}));
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  threads.reserve(found.size());
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&, t] {
      found[t] =
          lines_of(recommender.recommend(path("shop"), {.threads = static_cast<int>(1 + t)}));
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& lines : found) EXPECT_EQ(lines, alone);
}

TEST_F(RecommenderTest, KeepsToTheOptions) {
  const auto recommender = load();
  const auto all = recommender.recommend(path("shop"));
  const auto few = recommender.recommend(path("shop"), {.max_users = 3, .k = 2});
  ASSERT_EQ(few.size(), 3U);
  for (const auto& row : few) EXPECT_EQ(row.products.size(), 2U);

  const std::vector<std::string> two{all[4].user_id, all[1].user_id, "nobody"};
  const auto only = recommender.recommend(path("shop"), {.only_users = two});
  ASSERT_EQ(only.size(), 3U);
  EXPECT_EQ(lines_of(only)[0], lines_of(all)[1]);
  EXPECT_EQ(lines_of(only)[1], lines_of(all)[4]);
  EXPECT_EQ(only[2].user_id, "nobody");  // is named what sells
  EXPECT_EQ(only[2].products.size(), only[0].products.size());
  EXPECT_TRUE(
      recommender.recommend(path("shop"), {.only_users = std::vector<std::string>{}}).empty());

  const RecommendOptions without{.exclude_users = {all[0].user_id},
                                 .exclude_products = {all[1].products[0]}};
  for (const auto& row : recommender.recommend(path("shop"), without)) {
    EXPECT_NE(row.user_id, all[0].user_id);
    EXPECT_EQ(std::count(row.products.begin(), row.products.end(), all[1].products[0]), 0);
  }
}

TEST_F(RecommenderTest, HandsWarningsToTheCaller) {
  std::vector<std::string> said;
  const auto hear = [&](const std::string& message) { said.push_back(message); };
  const auto recommender = load();
  std::ignore = recommender.recommend(path("shop"), {.on_warning = hear});
  EXPECT_TRUE(said.empty());
  const auto answer = recommender.recommend(path("shop"), {.as_of = "2024-03-11T12:00:00",
                                                           .exclude_users = {"nobody"},
                                                           .allow_future = true,
                                                           .on_warning = hear});
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[0].find("the answer has seen the future"), std::string::npos) << said[0];
  EXPECT_NE(said[1].find("exclude_users: 1 of 1 ids"), std::string::npos) << said[1];
  EXPECT_EQ(answer.metadata.at("vitrina.learned_until"), recommender.learned_until());
  EXPECT_EQ(answer.metadata.at("vitrina.bundle"), recommender.fingerprint());
  EXPECT_LT(answer.metadata.at("vitrina.as_of"), "2024-03-11T12:00:00");
}

TEST_F(RecommenderTest, RefusesAMomentThatTheBundleHasSeen) {
  const auto error = error_of(path("shop"), {.as_of = "2024-03-11T12:00:00"});
  EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
  EXPECT_NE(std::string(error.what()).find("insist with allow_future"), std::string::npos);
  EXPECT_EQ(error_of(path("shop"), {.as_of = "2024-03-11", .only_listed = true}).code(),
            ErrorCode::kConfig);
}

TEST_F(RecommenderTest, ReadsALogOnTheBundlesClock) {
  const auto until = load().learned_until();
  std::string log = "user_id,action,date,products\n";
  for (const auto& event : shop_events()) {
    log += fmt::format("{},{},{}+00:00,{}\n", event.user, static_cast<int>(event.action),
                       format_time(event.time), event.item);
  }
  write_file(path("zoned/train_actions.csv"), log);
  auto context = make_context({{"bundle", path("of_zoned").string()}});
  context.params = {{"ingest.data_dir", path("zoned").string()},
                    {"ingest.time_zone", "-08:00"},
                    {"train.rounds", "1"}};
  run("run", context);
  const auto recommender = Recommender::load(path("of_zoned"));
  EXPECT_LT(recommender.learned_until(), until);
  const auto answer = recommender.recommend(path("zoned"));
  EXPECT_EQ(answer.metadata.at("vitrina.as_of"), recommender.learned_until());
  write_file(path("utc.yaml"), "time_zone: UTC\n");
  const auto other = recommender.recommend(path("zoned"), {.schema = path("utc.yaml")});
  EXPECT_EQ(other.metadata.at("vitrina.as_of"), until);

  auto live = Live::open(path("of_zoned"));
  live.add({{.user_id = "u", .action = "view", .products = {"p"}, .time = "2024-03-20T10:00:00Z"}});
  EXPECT_EQ(live.events_of("u").at(0).time_us / kUsPerHour % 24, 2);
  std::vector<std::string> warnings;
  const auto warn = [&](const std::string& text) { warnings.push_back(text); };
  (void)Live::open(path("of_zoned"), {.on_warning = warn});
  EXPECT_TRUE(warnings.empty());
  (void)Live::open(path("of_zoned"), {.time_zone = "UTC", .on_warning = warn});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("learned on the clock -08:00, and events are on UTC"),
            std::string::npos);
}

TEST_F(RecommenderTest, WarnsOfNewestRowsThatStandApart) {
  auto events = shop_events();
  events.push_back({"u1", "p1", events.front().time + 3000 * kUsPerDay, Action::kView, 0, ""});
  write_file(path("stray/train_actions.csv"), test::log_csv(events));
  std::vector<std::string> warnings;
  RecommendOptions options;
  options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  EXPECT_EQ(lines_of(load().recommend(path("stray"), options)), stage_lines("stray"));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].find("log: 1 rows from "), 0U) << warnings[0];
  EXPECT_NE(warnings[0].find("begin the log after the gap"), std::string::npos);
  EXPECT_EQ(warnings[0].find("--"), std::string::npos) << warnings[0];
}

TEST_F(RecommenderTest, SaysWhatIsWrong) {
  EXPECT_EQ(error_of(path("nowhere")).code(), ErrorCode::kMissingInput);
  EXPECT_EQ(error_of(path("shop"), {.max_users = 0}).code(), ErrorCode::kConfig);
  EXPECT_STREQ(error_of(path("shop"), {.k = 1001}).what(),
               "k: found '1001', expected a number from 1 to 1000");
  EXPECT_STREQ(error_of(path("shop"), {.as_of = "soon"}).what(),
               "as_of: found 'soon', expected an ISO time such as 2024-09-29 or "
               "2024-09-28T12:00:00");
  EXPECT_STREQ(error_of(path("shop"), {.threads = -1}).what(),
               "threads: found -1, expected 0 to 1024");
  EXPECT_STREQ(error_of(path("shop"), {.max_bad_share = 1.5}).what(),
               "max_bad_share: found 1.5, expected 0 to 1");
  EXPECT_EQ(error_of(path("shop"), {.schema = path("map.yaml")}).code(), ErrorCode::kMissingInput);
  EXPECT_EQ(error_of(path("shop"), {.as_of = "2001-01-01"}).code(), ErrorCode::kBadData);
}

TEST_F(RecommenderTest, EvaluatesTablesAsFiles) {
  const std::string header = "user_id,products\n";
  write_file(path("answer.csv"), header + shop_events().front().user + ",\"['p1', 'p2']\"\n");
  const ScoreOptions options{.start = "2024-03-01", .end = "2024-04-01", .draws = 50};
  auto stream = stream_of(event_table());
  const auto found = score(path("answer.csv"), &stream, options);
  EXPECT_EQ(stream.release, nullptr);
  const auto expected = score(path("answer.csv"), path("log"), options);
  EXPECT_EQ(found.buyers, expected.buyers);
  EXPECT_GT(found.buyers, 0U);
  EXPECT_EQ(found.a.value, expected.a.value);
  EXPECT_EQ(found.recall_by_k, expected.recall_by_k);
  auto not_an_answer = stream_of(event_table());
  auto unread = stream_of(event_table());
  EXPECT_THROW(std::ignore = score(&not_an_answer, &unread, {.start = "soon"}), Error);
  EXPECT_EQ(not_an_answer.release, nullptr);
  EXPECT_EQ(unread.release, nullptr);
}

TEST_F(RecommenderTest, ReleasesTheStreamWhenItThrows) {
  const auto recommender = load();
  auto stream = stream_of(event_table());
  EXPECT_THROW(std::ignore = recommender.recommend(&stream, {.k = 0}), Error);
  EXPECT_EQ(stream.release, nullptr);
  auto without_action = stream_of(event_table()->RemoveColumn(2).ValueOrDie());
  EXPECT_THROW(std::ignore = recommender.recommend(&without_action), Error);
  EXPECT_EQ(without_action.release, nullptr);
}

TEST_F(RecommenderTest, RefusesADamagedBundle) {
  EXPECT_THROW(std::ignore = Recommender::load(path("nowhere")), Error);
  fs::copy(path("bundle"), path("damaged"));
  auto bytes = read_file(path("damaged/ranker.vtr"));
  ++bytes[bytes.size() / 2];
  write_file(path("damaged/ranker.vtr"), bytes);
  try {
    std::ignore = Recommender::load(path("damaged"));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    EXPECT_NE(std::string(error.what()).find("ranker.vtr"), std::string::npos) << error.what();
  }
}

/// Compiles and runs the example of the header as it stands there.
void run_example() {
#include "unit/api/example.inc"
}

TEST_F(RecommenderTest, TheHeadersExampleRuns) {
  const fs::path tests(VITRINA_TESTS_DIR);
  const std::string indent = "///     ";
  std::istringstream header(read_file(tests.parent_path() / "include/vitrina/recommender.hpp"));
  std::string example;
  for (std::string line; std::getline(header, line);) {
    if (line.starts_with(indent)) example += line.substr(indent.size()) + '\n';
  }
  EXPECT_EQ(example, read_file(tests / "unit/api/example.inc"));

  const auto before = fs::current_path();
  fs::current_path(folder());
  testing::internal::CaptureStdout();
  run_example();
  const auto printed = testing::internal::GetCapturedStdout();
  fs::current_path(before);
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 40);
  EXPECT_NE(printed.find(" may buy p"), std::string::npos) << printed;
}

}  // namespace
}  // namespace vitrina
