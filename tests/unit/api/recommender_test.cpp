#include "vitrina/recommender.hpp"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "command/layout.hpp"
#include "core/file.hpp"
#include "core/progress.hpp"
#include "data/shop_file.hpp"
#include "io/submission.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"
#include "program/table.hpp"
#include "ranking/ranker.hpp"
#include "support/random_shop.hpp"
#include "vitrina/fit.hpp"
#include "vitrina/score.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

const std::vector<test::Event>& shop_events() {
  static const auto kEvents = test::random_events({});
  return kEvents;
}

/// The same events as a table in memory.
std::shared_ptr<arrow::Table> event_table() {
  arrow::StringBuilder user;
  arrow::LargeStringBuilder device;
  arrow::UInt8Builder action;
  arrow::TimestampBuilder date(arrow::timestamp(arrow::TimeUnit::MICRO),
                               arrow::default_memory_pool());
  auto item = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder products(arrow::default_memory_pool(), item);
  arrow::UInt32Builder page;
  for (const auto& event : shop_events()) {
    EXPECT_TRUE(user.Append(event.user).ok());
    EXPECT_TRUE(device.Append(event.device).ok());
    EXPECT_TRUE(action.Append(static_cast<std::uint8_t>(event.action)).ok());
    EXPECT_TRUE(date.Append(event.time).ok());
    EXPECT_TRUE(products.Append().ok());
    if (!event.item.empty()) {
      EXPECT_TRUE(item->Append(event.item).ok());
    }
    EXPECT_TRUE(page.Append(event.page).ok());
  }
  const auto finish = [](arrow::ArrayBuilder& builder) { return builder.Finish().ValueOrDie(); };
  return arrow::Table::Make(
      arrow::schema(
          {arrow::field("user_id", arrow::utf8()), arrow::field("loc_user_id", arrow::large_utf8()),
           arrow::field("action", arrow::uint8()), arrow::field("date", date.type()),
           arrow::field("products", products.type()), arrow::field("pageId", arrow::uint32())}),
      {finish(user), finish(device), finish(action), finish(date), finish(products), finish(page)});
}

ArrowArrayStream stream_of(const std::shared_ptr<arrow::Table>& table) {
  ArrowArrayStream stream;
  const auto reader = std::make_shared<arrow::TableBatchReader>(table);
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &stream).ok());
  return stream;
}

std::vector<std::string> lines_of(const Answer& answer) {
  std::vector<std::string> lines;
  for (const auto& row : answer) {
    auto line = row.user_id;
    for (const auto& product : row.products) line += ' ' + product;
    lines.push_back(line);
  }
  return lines;
}

/// A folder with `shop`, the log and the catalog of a random shop; `log`, the log alone; `bundle`,
/// packed by the stages with a ranker that has trees.
class RecommenderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder() = fs::path(testing::TempDir()) / fmt::format("recommender.{}", ::getpid());
    const auto log = test::log_csv(shop_events());
    write_file(path("log/train_actions.csv"), log);
    write_file(path("shop/train_actions.csv"), log);
    write_file(path("shop/catalog.csv"), test::catalog_csv(test::random_catalog({})));
    auto context = make_context({{"bundle", path("bundle").string()}});
    context.params = {{"ingest.data_dir", path("shop").string()},
                      {"choose.max_users", "20"},
                      {"choose.k", "8"},
                      {"train.min_positives", "1"},
                      {"train.min_leaf_rows", "5"},
                      {"train.rounds", "5"}};
    run("run", context);
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }

  static fs::path& folder() {
    static fs::path path;
    return path;
  }
  static fs::path path(const std::string& name) { return folder() / name; }

  static command::Context make_context(std::map<std::string, std::string, std::less<>> options) {
    command::Context context;
    context.workspace = folder();
    context.options = std::move(options);
    context.options["out"] = path("out").string();
    return context;
  }

  static void run(std::string_view stage, command::Context context) {
    SilentProgress progress;
    std::ostringstream out;
    context.progress = &progress;
    context.out = &out;
    program::find(stage).run(context);
  }

  /// What `vitrina recommend` answers for a folder from the bundle.
  static std::vector<std::string> stage_lines(
      const std::string& data, std::map<std::string, std::string, std::less<>> options = {}) {
    options["bundle"] = path("bundle").string();
    options["data"] = path(data).string();
    run("recommend", make_context(std::move(options)));
    const auto submission = io::read_submission(path("out/predictions.csv"));
    Answer answer;
    for (std::size_t row = 0; row < submission.size(); ++row) {
      answer.rows.push_back({submission.user_id[row], submission.products[row]});
    }
    return lines_of(answer);
  }

  static Recommender load() { return Recommender::load(path("bundle")); }

  /// The Error of recommend(); a failure when there is none.
  static Error error_of(const fs::path& data, const RecommendOptions& options = {}) {
    try {
      std::ignore = load().recommend(data, options);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorCode::kInternal, ""};
  }
};

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
  ASSERT_EQ(only.size(), 2U);
  EXPECT_EQ(lines_of(only), (std::vector{lines_of(all)[1], lines_of(all)[4]}));
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
  EXPECT_EQ(error_of(path("shop"), {.only_users = std::vector<std::string>{"nobody"}}).code(),
            ErrorCode::kBadData);
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

/// What run() of the suite was told. One thread: the thread sanitizer does not see how OpenMP's
/// threads in LightGBM wait for each other, and takes an hour to drop what it then believes.
FitOptions fit_options() {
  return {.params = {{"choose.max_users", "20"},
                     {"choose.k", "8"},
                     {"train.min_positives", "1"},
                     {"train.min_leaf_rows", "5"},
                     {"train.rounds", "5"}},
          .threads = 1};
}

TEST_F(RecommenderTest, LearnsAsTheCommandDoes) {
  auto options = fit_options();
  options.seed = 0;  // that of the suite's context
  EXPECT_EQ(fit(path("shop"), options).fingerprint(), load().fingerprint());
  options.bundle = path("bundle-of-log");
  const auto from_file = fit(path("log/train_actions.csv"), options);
  EXPECT_EQ(Recommender::load(options.bundle).fingerprint(), from_file.fingerprint());
  auto stream = stream_of(event_table());
  EXPECT_EQ(fit(&stream, nullptr, options).fingerprint(), from_file.fingerprint());
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_NE(from_file.fingerprint(), load().fingerprint());
}

TEST_F(RecommenderTest, NamesTheNeighboursThatTheModelsHave) {
  auto options = fit_options();
  options.workspace = path("kept");
  const auto recommender = fit(path("shop"), options);
  const auto shop = load_shop(options.workspace / command::kShopFile);
  const auto models =
      models::load_models(command::models_file(options.workspace, pipeline::kFinalFold), shop);
  ASSERT_TRUE(models.covisitation.has_value());
  std::size_t n_neighbours = 0;
  for (std::size_t matrix = 0; matrix < models::kCovisitationCount; ++matrix) {
    const std::string by(models::kCovisitationSpecs[matrix].name);
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      const auto expected = models.covisitation->neighbours(matrix, ItemIdx(i));
      const auto found = recommender.similar(std::string(shop.items.text(i)), 1000, by);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t n = 0; n < found.size(); ++n) {
        EXPECT_EQ(found[n].product_id, shop.items.external(expected[n].id));
        EXPECT_EQ(found[n].weight, expected[n].score);
      }
      n_neighbours += found.size();
    }
  }
  EXPECT_GT(n_neighbours, 100U);
  EXPECT_THROW(std::ignore = recommender.similar("nothing"), Error);
  EXPECT_THROW(std::ignore = recommender.similar(std::string(shop.items.text(0)), 0), Error);
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
