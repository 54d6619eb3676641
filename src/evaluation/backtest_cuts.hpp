#pragma once

#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace vitrina::evaluation {

/// A log's plausible events lie in [begin, end).
struct LogRange {
  TimeUs begin = 0;
  TimeUs end = 0;
};

/// Cuts that are wished by their number.
struct CutRule {
  int n_cuts = 3;
  TimeUs every = kUsPerDay;  ///< from one cut to the next, above 0
};

/// The cuts, oldest first: the last one a horizon before the log's end, taken up to a whole hour so
/// that it can be typed. Before the first there is a horizon to learn from. Throws
/// Error(kBadData) naming `log` and how many cuts fit.
std::vector<TimeUs> last_cuts(LogRange range, TimeUs horizon, CutRule rule, std::string_view log);

/// Throws Error(kUsage) for a cut that has no event before it or none after it, or that is given
/// twice. `cuts` are in order.
void check_cuts(const std::vector<TimeUs>& cuts, LogRange range);

}  // namespace vitrina::evaluation
