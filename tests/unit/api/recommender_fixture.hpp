#pragma once

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "command/command.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/progress.hpp"
#include "io/submission.hpp"
#include "program/table.hpp"
#include "support/random_shop.hpp"
#include "vitrina/recommender.hpp"

namespace vitrina {

inline const std::vector<test::Event>& shop_events() {
  static const auto kEvents = test::random_events({});
  return kEvents;
}

/// The same events as a table in memory.
inline std::shared_ptr<arrow::Table> event_table() {
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

inline ArrowArrayStream stream_of(const std::shared_ptr<arrow::Table>& table) {
  ArrowArrayStream stream;
  const auto reader = std::make_shared<arrow::TableBatchReader>(table);
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &stream).ok());
  return stream;
}

inline std::vector<std::string> lines_of(const Answer& answer) {
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
    folder() =
        std::filesystem::path(testing::TempDir()) / fmt::format("recommender.{}", ::getpid());
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
  static void TearDownTestSuite() { std::filesystem::remove_all(folder()); }

  static std::filesystem::path& folder() {
    static std::filesystem::path path;
    return path;
  }
  static std::filesystem::path path(const std::string& name) { return folder() / name; }

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
  static Error error_of(const std::filesystem::path& data, const RecommendOptions& options = {}) {
    try {
      std::ignore = load().recommend(data, options);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorCode::kInternal, ""};
  }
};

}  // namespace vitrina
