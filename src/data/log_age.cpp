#include "data/log_age.hpp"

#include <fmt/format.h>

namespace vitrina {
namespace {

/// A log that was written until midnight may have had its last visitor hours before.
constexpr TimeUs kQuietEvening = 6 * kUsPerHour;

}  // namespace

std::string old_log_warning(TimeUs moment, TimeUs last, bool has_later_rows,
                            std::string_view consequence) {
  if (moment == kNoTime) return {};
  const TimeUs age = moment - last;
  if (age < (has_later_rows ? kUsPerDay : kQuietEvening)) return {};
  return fmt::format("log: its last event is at {}, {} before {}; {}", format_time(last),
                     age < kUsPerDay ? fmt::format("{:.1f} hours", to_hours(age))
                                     : fmt::format("{:.1f} days", to_days(age)),
                     format_time(moment), consequence);
}

void warn_of_old_log(TimeUs moment, TimeUs last, bool has_later_rows, std::string_view consequence,
                     Progress& progress) {
  const auto warning = old_log_warning(moment, last, has_later_rows, consequence);
  if (!warning.empty()) progress.warn(warning);
}

}  // namespace vitrina
