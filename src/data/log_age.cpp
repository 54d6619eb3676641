#include "data/log_age.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace vitrina {
namespace {

/// A log that was written until midnight may have had its last visitor hours before.
constexpr TimeUs kQuietEvening = 6 * kUsPerHour;

/// The longest time between two events, to an hour.
TimeUs longest_silence(const Shop& shop) {
  const auto hour_of = [&](TimeUs time) {
    return static_cast<std::size_t>((time - shop.begin) / kUsPerHour);
  };
  std::vector<bool> is_busy(hour_of(shop.end) + 1, false);
  std::size_t last = 0;
  for (const auto time : shop.events.time) {
    is_busy[hour_of(time)] = true;
    last = std::max(last, hour_of(time));
  }
  TimeUs longest = 0;
  std::size_t busy = 0;
  for (std::size_t hour = 1; hour <= last; ++hour) {
    if (!is_busy[hour]) continue;
    longest = std::max(longest, static_cast<TimeUs>(hour - busy) * kUsPerHour);
    busy = hour;
  }
  return longest;
}

}  // namespace

TimeUs answer_moment(const Shop& shop, TimeUs as_of) {
  if (as_of == kNoTime || as_of - shop.end <= kUsPerDay / 2) {
    return as_of == kNoTime ? shop.end : std::min(shop.end, as_of);
  }
  const auto last = *std::max_element(shop.events.time.begin(), shop.events.time.end());
  return as_of - last <= longest_silence(shop) ? as_of : shop.end;
}

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
