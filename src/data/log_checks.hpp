#pragma once

#include <cstdint>

#include "core/progress.hpp"
#include "data/raw_log.hpp"

namespace vitrina {

/// Throws Error(kBadData) when more than `max_share` of the rows before `as_of` lack a usable
/// user, date or action, or of the cells of products hold no ids: then the columns are probably not
/// what they are taken for.
void check_bad_share(const IngestCounts& counts, double max_share);

/// Throws Error(kBadData) when nothing of the log is left to read, which says what took it.
void check_has_events(const RawLog& raw);

/// What a log is read for.
enum class LogUse : std::uint8_t {
  kLearn,   ///< models are fitted on it
  kAnswer,  ///< a bundle answers for it
};

/// Whether the log says what was bought. Without an order of a product there is nothing to learn
/// from: Error(kBadData), which names the values of the action column that are no action, with
/// their counts. A bundle can answer for a log in which nobody has bought yet, which is a warning,
/// but not for one whose orders may be among the values that were not understood. Where there are
/// orders, many such values are a warning.
void check_actions(const RawLog& raw, LogUse use, Progress& progress);

/// Of a log whose orders answers are held against: check_bad_share(), and the warning of
/// check_actions() of values that are no action and may have been orders.
void check_truth(const RawLog& raw, double max_share, Progress& progress);

/// Warns of rows that were left out although they are the newest: the log ends before them.
void warn_of_newer_rows(const IngestCounts& counts, Progress& progress);

}  // namespace vitrina
