#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace vitrina {

/// Microseconds since 1970-01-01T00:00:00 on the log's own clock (no zone is applied).
using TimeUs = std::int64_t;

inline constexpr TimeUs kUsPerSecond = 1'000'000;
inline constexpr TimeUs kUsPerHour = 3'600 * kUsPerSecond;
inline constexpr TimeUs kUsPerDay = 24 * kUsPerHour;
inline constexpr TimeUs kNoTime = std::numeric_limits<TimeUs>::min();

constexpr double to_days(TimeUs duration) {
  return static_cast<double>(duration) / static_cast<double>(kUsPerDay);
}
constexpr double to_hours(TimeUs duration) {
  return static_cast<double>(duration) / static_cast<double>(kUsPerHour);
}
constexpr TimeUs from_days(double days) {
  return static_cast<TimeUs>(days * static_cast<double>(kUsPerDay));
}

/// Reads `2024-09-28`, `2024-09-28T13:05`, `2024-09-28 13:05:59.123456`, with an optional `Z`
/// or `+03:00` (subtracted, so that the result is UTC). Nothing else is accepted.
std::optional<TimeUs> parse_time(std::string_view text);

/// `2024-09-28T13:05:59`, with a fraction only where there is one.
std::string format_time(TimeUs time);

/// Hour of the day 0..23 and weekday 0 (Monday)..6 on the log's clock.
int hour_of_day(TimeUs time);
int weekday(TimeUs time);

}  // namespace vitrina
