#include "vitrina/score.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/option_values.hpp"
#include "api/stream.hpp"
#include "api/terms.hpp"
#include "api/warnings.hpp"
#include "command/answer_origin.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/time.hpp"
#include "data/log_checks.hpp"
#include "evaluation/scoring.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "io/submission.hpp"
#include "io/unique_users.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

/// The stream of a source that is one; null for a path.
ArrowArrayStream* stream_of(const Source& source) {
  const auto* stream = std::get_if<ArrowArrayStream*>(&source);
  return stream == nullptr ? nullptr : *stream;
}

std::string name_of(const Source& source, std::string_view of_table) {
  const auto* path = std::get_if<fs::path>(&source);
  return path == nullptr ? std::string(of_table) : path->string();
}

TimeUs moment(std::string_view option, const std::string& text) {
  if (const auto time = parse_time(text)) return *time;
  throw Error(ErrorCode::kConfig,
              fmt::format("{}: found '{}', expected a time such as 2024-09-29 or "
                          "2024-09-29T12:00:00",
                          option, printable(text)));
}

evaluation::Predictions read_answer(const Source& source) {
  const auto name = name_of(source, "answer");
  const auto* path = std::get_if<fs::path>(&source);
  auto rows = path != nullptr ? io::read_submission(*path)
                              : io::read_submission_stream(stream_of(source), name);
  io::check_unique_users(rows, name);
  const auto origin =
      path != nullptr ? command::find_origin(*path) : bundle::origin_in(rows.metadata);
  return {name, {std::move(rows.user_id), std::move(rows.products)}, origin};
}

RawLog read_truth(const Source& source, const ScoreOptions& options,
                  const evaluation::Predictions& answer, TimeUs end, Progress& progress) {
  auto schema = options.schema.empty() ? io::LogSchema{} : io::read_schema(options.schema);
  if (schema.time_zone.empty() && answer.origin) schema.time_zone = answer.origin->time_zone;
  const int threads = resolve_threads(options.threads);
  if (const auto* path = std::get_if<fs::path>(&source)) {
    return io::read_log(*path, schema, end, threads, progress);
  }
  return io::read_log_stream(stream_of(source), schema, end, threads, progress);
}

evaluation::ScoringConfig read_config(const ScoreOptions& options) {
  return evaluation::read_scoring_config(
      {{"choose.k", fmt::to_string(options.k)}, {"score.draws", fmt::to_string(options.draws)}},
      options.seed, resolve_threads(options.threads));
}

Reading reading(double value, const metrics::Interval& interval) {
  return {.value = value, .low = interval.low, .high = interval.high};
}

Scores to_scores(evaluation::AnswerScore score) {
  const auto& value = score.pooled.value;
  const auto& counts = score.pooled.counts;
  return {.a = reading(value.a, score.intervals.a),
          .b = reading(value.b, score.intervals.b),
          .c = reading(value.c, score.intervals.c),
          .precision = reading(value.precision, score.intervals.precision),
          .buyers = counts.buyers,
          .sent = counts.sent,
          .buyers_sent = counts.buyers_sent,
          .buyers_hit = counts.buyers_hit,
          .bought = counts.bought,
          .hits = counts.hits,
          .recall_by_k = std::move(score.recall_by_k)};
}

/// The words of the program's `score`, and the reader's name for a table of events.
Terms terms_for(const Source& truth) {
  Terms terms{{{"--from", "start"},
               {"--to", "end"},
               {"choose.k", "k"},
               {"score.draws", "draws"},
               {"ingest.max_bad_share", "max_bad_share"}},
              {}};
  if (std::holds_alternative<ArrowArrayStream*>(truth))
    terms.words.push_back({"events:", "truth:"});
  return terms;
}

Scores score_window(const Source& answer, const Source& truth, const ScoreOptions& options) {
  const auto config = read_config(options);
  check_share("max_bad_share", options.max_bad_share);
  evaluation::Window window;
  window.from = moment("start", options.start);
  window.to = moment("end", options.end);
  if (window.from >= window.to) {
    throw Error(ErrorCode::kConfig, fmt::format("end: found {}, expected a time after start {}",
                                                format_time(window.to), format_time(window.from)));
  }
  CallerProgress progress(options.on_warning, terms_for(truth));
  window.first = read_answer(answer);
  evaluation::check_overlap(window.first, window.from, options.allow_overlap, progress);
  const auto log = read_truth(truth, options, window.first, window.to, progress);
  check_truth(log, options.max_bad_share, progress);
  evaluation::check_known(window.first, log, progress);
  evaluation::check_truth_end(log, window.to, progress);
  window.bought = evaluation::some_purchases(log, window.from, window.to, name_of(truth, "truth"));
  const auto origin = window.first.origin;
  std::vector<evaluation::Window> windows;
  windows.push_back(std::move(window));
  auto scores = to_scores(evaluation::score(windows, config).first);
  if (origin) scores.as_of = format_time(origin->as_of);
  return scores;
}

}  // namespace

Scores score(const Source& answer, const Source& truth, const ScoreOptions& options) {
  const auto owned_answer = own(stream_of(answer));
  const auto owned_truth = own(stream_of(truth));
  return with_terms(terms_for(truth), [&] { return score_window(answer, truth, options); });
}

}  // namespace vitrina
