#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "command/answer_origin.hpp"
#include "command/option_values.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "data/log_checks.hpp"
#include "evaluation/score_report.hpp"
#include "evaluation/scoring.hpp"
#include "io/log_reader.hpp"
#include "io/submission.hpp"
#include "io/unique_users.hpp"
#include "selection/choose_config.hpp"
#include "tools/truth_log.hpp"

namespace vitrina::tools {
namespace {

/// The case gives an answer with more customers 0 points.
constexpr std::size_t kCaseMaxUsers = 3000;

/// As many values as there are windows.
std::vector<std::string> one_a_window(const command::Context& context, std::string_view option,
                                      std::size_t n_windows) {
  auto values = command::option_values(context, option);
  if (values.size() == n_windows) return values;
  throw Error(ErrorCode::kUsage,
              fmt::format("--{}: found {} values, expected {}, one for each file of --predictions",
                          option, values.size(), n_windows));
}

evaluation::Predictions read_answer(const std::string& path) {
  auto submission = io::read_submission(path);
  io::check_unique_users(submission, path);
  return {path,
          {std::move(submission.user_id), std::move(submission.products)},
          command::find_origin(path)};
}

/// The windows with their answers; what was bought is not known yet.
std::vector<evaluation::Window> read_windows(const command::Context& context) {
  const auto predictions = command::option_values(context, "predictions");
  const auto from = one_a_window(context, "from", predictions.size());
  const auto to = one_a_window(context, "to", predictions.size());
  std::vector<std::string> versus;
  if (context.option("vs")) versus = one_a_window(context, "vs", predictions.size());

  std::vector<evaluation::Window> windows(predictions.size());
  for (std::size_t w = 0; w < windows.size(); ++w) {
    windows[w].from = command::option_time("from", from[w]);
    windows[w].to = command::option_time("to", to[w]);
    if (windows[w].from >= windows[w].to) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--to: found {}, expected a time after --from {}",
                              format_time(windows[w].to), format_time(windows[w].from)));
    }
  }
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const auto read = [&](const std::string& path) {
      auto answer = read_answer(path);
      evaluation::check_overlap(answer, windows[w].from,
                                context.option("allow-overlap").has_value(), *context.progress);
      return answer;
    };
    windows[w].first = read(predictions[w]);
    if (!versus.empty()) windows[w].second = read(versus[w]);
  }
  return windows;
}

/// The clock that the answers were made on, where they say one.
std::string time_zone_of(const std::vector<evaluation::Window>& windows) {
  for (const auto& window : windows) {
    const auto& origin = window.first.origin;
    if (origin && !origin->time_zone.empty()) return origin->time_zone;
  }
  return {};
}

void read_truth(const command::Context& context, std::vector<evaluation::Window>& windows) {
  const std::string truth = context.option("truth").value();
  auto schema = truth_schema(context);
  if (schema.time_zone.empty()) schema.time_zone = time_zone_of(windows);
  TimeUs end = windows.front().to;
  for (const evaluation::Window& window : windows) end = std::max(end, window.to);
  const RawLog log = io::read_log(truth, schema, end, context.threads, *context.progress);
  check_truth(log, max_bad_share(context), *context.progress);
  evaluation::check_truth_end(log, end, *context.progress);
  for (evaluation::Window& window : windows) {
    evaluation::check_known(window.first, log, *context.progress);
    if (window.second) evaluation::check_known(*window.second, log, *context.progress);
    window.bought = evaluation::some_purchases(log, window.from, window.to, truth);
  }
}

void warn_of_size(const evaluation::Predictions& answer, Progress& progress) {
  const std::size_t n_rows = answer.lists.users.size();
  if (n_rows <= kCaseMaxUsers) return;
  progress.warn(fmt::format("{}: {} rows; the case gives more than {} rows 0 points", answer.path,
                            n_rows, kCaseMaxUsers));
}

void run(const command::Context& context) {
  const auto config =
      evaluation::read_scoring_config(context.params, context.seed, context.threads);
  auto windows = read_windows(context);
  read_truth(context, windows);
  const evaluation::Scores scores = score(windows, config);
  if (const auto path = context.option("json")) {
    // it holds paths, which may be any bytes
    constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
    write_file(*path, to_json(windows, scores, config).dump(2, ' ', false, kReplace) + "\n");
  }
  *context.out << table_text(windows, scores, config);
  for (const evaluation::Window& window : windows) {
    warn_of_size(window.first, *context.progress);
    if (window.second) warn_of_size(*window.second, *context.progress);
  }
}

}  // namespace

command::Command score_command() {
  return {
      .name = "score",
      .summary =
          "scores predictions against what a log says was bought later: recall in three "
          "readings, precision, 95% intervals, and the difference of two answers",
      // Optional for the check before work only: each may be several files.
      .inputs = {{"{predictions}", "predictions in the case's format", true},
                 {"{vs}", "predictions to compare with", true},
                 {"{truth}", "the log that holds the orders"},
                 {"{ingest.schema}", "the log's column names and action codes", true}},
      .outputs = {{"{json}", "the scores with all digits", true}},
      .sections = {{"choose", describe<selection::ChooseConfig>()},
                   truth_section(),
                   {"score", describe<evaluation::ScoreConfig>()}},
      .options = {{"--predictions", "FILE[,FILE...]",
                   "predictions to score; several files are windows, pooled over buyer x window",
                   true},
                  {"--truth", "PATH", "folder or file of the log that holds the orders", true},
                  {"--from", "TIME[,TIME...]", "start of each window, in the log's own clock",
                   true},
                  {"--to", "TIME[,TIME...]",
                   "end of each window; an order at that time is not in it", true},
                  {"--vs", "FILE[,FILE...]",
                   "other predictions of the same windows, for the paired "
                   "difference"},
                  {"--allow-overlap", "",
                   "score although the answer was made after a window's start and has seen what "
                   "it is scored on"},
                  {"--k", "K", "products of each list that count", false, "choose.k"},
                  {"--draws", "N", "bootstrap draws behind each interval", false, "score.draws"},
                  schema_option(),
                  {"--json", "FILE", "write the scores there as JSON too"}},
      .example =
          "vitrina score --predictions data/out/predictions.csv --truth shop/ "
          "--from 2024-09-29 --to 2024-10-02",
      .run = run,
      .is_pipeline = false,
      .check = check_truth_keys,
  };
}

}  // namespace vitrina::tools
