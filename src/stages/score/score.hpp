#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "metrics/bootstrap.hpp"
#include "metrics/recall.hpp"

namespace vitrina::stages::score {

/// Lists of products in external ids, each user once.
struct TextLists {
  std::vector<std::string> users;
  std::vector<std::vector<std::string>> items;
};

/// A file of predictions as read.
struct Answer {
  std::string path;
  TextLists lists;
};

/// The answers to one window and what was bought in it.
struct Window {
  TimeUs from = 0;
  TimeUs to = 0;
  TextLists bought;
  Answer first;
  std::optional<Answer> second;  ///< in all windows or in none
};

struct Config {
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
TextLists purchases(const RawLog& log, TimeUs from, TimeUs to);

/// Scores the answers, pooled over the windows (at least one) as the mean over buyer x window.
Scores score(const std::vector<Window>& windows, const Config& config);

}  // namespace vitrina::stages::score
