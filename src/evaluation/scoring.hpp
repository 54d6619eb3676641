#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/guard.hpp"
#include "bundle/origin.hpp"
#include "core/params.hpp"
#include "core/progress.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "metrics/bootstrap.hpp"
#include "metrics/recall.hpp"

namespace vitrina::evaluation {

/// The section `score` of the parameters.
struct ScoreConfig {
  int draws = 2000;

  void visit(ConfigVisitor& v) {
    v.field("draws", draws, {1, 1e6}, "bootstrap draws behind each interval");
  }
};

/// Lists of products in external ids, each user once.
struct IdLists {
  std::vector<std::string> users;
  std::vector<std::vector<std::string>> items;
};

/// A file of predictions as read.
struct Predictions {
  std::string path;
  IdLists lists;
  std::optional<bundle::Origin> origin = std::nullopt;  ///< where it is known
};

/// The answers to one window and what was bought in it.
struct Window {
  TimeUs from = 0;
  TimeUs to = 0;
  IdLists bought;
  Predictions first;
  std::optional<Predictions> second;  ///< in all windows or in none
};

struct ScoringConfig {
  std::size_t k = 25;
  metrics::BootstrapConfig bootstrap;
};

/// How one answer did over all windows.
struct AnswerScore {
  metrics::Readings pooled;
  metrics::PerReading<metrics::Interval> intervals;
  std::vector<metrics::Readings> by_window;
  std::vector<double> recall_by_k;  ///< reading A with lists cut at 1, ..., k
};

struct Scores {
  AnswerScore first;
  std::optional<AnswerScore> second;
  std::optional<metrics::PerReading<metrics::Difference>> difference;  ///< first minus second
};

/// What was ordered in [from, to): real users and products only, distinct products of each.
IdLists purchases(const RawLog& log, TimeUs from, TimeUs to);

/// The same of the log `name`, read up to the last window's end. Throws Error(kBadData) when
/// nothing was ordered.
IdLists some_purchases(const RawLog& log, TimeUs from, TimeUs to, std::string_view name);

/// Refuses to hold an answer against orders from `from` on when it knows what happened then; with
/// `allow_overlap` that is a warning. Throws Error(kConfig).
void check_overlap(const Predictions& answer, TimeUs from, bool allow_overlap, Progress& progress);

/// Warns when the log knows none of the customers of an answer, or none of its products: it is
/// another shop's, or one of them writes ids in another way.
void check_known(const Predictions& answer, const RawLog& log, Progress& progress);

/// Warns when the log `name`, read up to `to`, ends before that.
void check_truth_end(const RawLog& log, TimeUs to, Progress& progress);

/// What `choose.k` and `score.draws` say, with the seed. Throws Error(kConfig).
ScoringConfig read_scoring_config(const ParamMap& params, std::uint64_t seed, int threads);

/// Scores the answers, pooled over the windows (at least one) as the mean over buyer x window.
Scores score(const std::vector<Window>& windows, const ScoringConfig& config);

}  // namespace vitrina::evaluation
