#include "evaluation/backtest_cuts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace vitrina::evaluation {
namespace {

double days(TimeUs span) { return static_cast<double>(span) / static_cast<double>(kUsPerDay); }

}  // namespace

std::vector<TimeUs> last_cuts(LogRange range, TimeUs horizon, CutRule rule, std::string_view log) {
  const TimeUs end = (range.end + kUsPerHour - 1) / kUsPerHour * kUsPerHour;
  const TimeUs last = end - horizon;
  const TimeUs room = last - (range.begin + horizon);  // for all cuts but the last
  const auto fit = room < 0 ? TimeUs{0} : room / rule.every + 1;
  if (rule.n_cuts > fit) {
    throw Error(
        ErrorCode::kBadData,
        fmt::format("{}: found room for {} cuts {:g} days apart, expected {}: the log is {:.1f} "
                    "days long, and {:g} days before the first cut and after the last are needed; "
                    "{}name cuts by --at",
                    log, fit, days(rule.every), rule.n_cuts, days(range.end - range.begin),
                    days(horizon), fit > 0 ? fmt::format("give --cuts {} or ", fit) : ""));
  }
  std::vector<TimeUs> cuts;
  for (int back = rule.n_cuts - 1; back >= 0; --back) cuts.push_back(last - back * rule.every);
  return cuts;
}

void check_cuts(const std::vector<TimeUs>& cuts, LogRange range) {
  const auto twice = std::adjacent_find(cuts.begin(), cuts.end());
  if (twice != cuts.end()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--at: found {} twice, expected each cut once", format_time(*twice)));
  }
  for (const auto cut : cuts) {
    if (range.begin < cut && cut < range.end) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("--at: found {}, expected a moment within the log's events, from {} to "
                            "{}",
                            format_time(cut), format_time(range.begin),
                            format_time(range.end - range.end % kUsPerSecond)));
  }
}

}  // namespace vitrina::evaluation
