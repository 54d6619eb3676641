#include "core/time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace vitrina {
namespace {

/// A cursor over the text; every read fails softly so that the caller can say no once.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  std::optional<int> digits(std::size_t n) {
    if (rest.size() < n) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(n);
    return value;
  }

  /// Up to 9 digits after the point, as microseconds (finer digits are dropped).
  std::optional<TimeUs> fraction() {
    TimeUs value = 0;
    TimeUs unit = kUsPerSecond;
    std::size_t n = 0;
    while (n < 9 && !rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
      unit /= 10;
      value += unit * (rest.front() - '0');
      rest.remove_prefix(1);
      ++n;
    }
    return n > 0 ? std::optional(value) : std::nullopt;
  }
};

std::optional<TimeUs> parse_date(Cursor& cursor) {
  const auto year = cursor.digits(4);
  if (!year || !cursor.take('-')) return std::nullopt;
  const auto month = cursor.digits(2);
  if (!month || !cursor.take('-')) return std::nullopt;
  const auto day = cursor.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count() * kUsPerDay;
}

std::optional<TimeUs> parse_clock(Cursor& cursor) {
  const auto hour = cursor.digits(2);
  if (!hour || *hour > 23 || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  TimeUs time = *hour * kUsPerHour + *minute * 60 * kUsPerSecond;
  if (!cursor.take(':')) return time;
  const auto second = cursor.digits(2);
  if (!second || *second > 59) return std::nullopt;
  time += *second * kUsPerSecond;
  if (!cursor.take('.')) return time;
  const auto fraction = cursor.fraction();
  return fraction ? std::optional(time + *fraction) : std::nullopt;
}

/// Of a zone, either way: more is no offset but a slip of the pen.
constexpr int kMostOffsetHours = 15;

std::optional<TimeUs> parse_zone(Cursor& cursor) {
  if (cursor.rest.empty()) return 0;
  if (cursor.take('Z')) return 0;
  const TimeUs sign = cursor.rest.front() == '-' ? -1 : 1;
  if (!cursor.take('+') && !cursor.take('-')) return std::nullopt;
  const auto hour = cursor.digits(2);
  if (!hour || *hour > kMostOffsetHours) return std::nullopt;
  cursor.take(':');
  const auto minute = cursor.rest.empty() ? std::optional(0) : cursor.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  return sign * (*hour * kUsPerHour + *minute * 60 * kUsPerSecond);
}

}  // namespace

std::optional<TimeUs> parse_time(std::string_view text) {
  Cursor cursor{text};
  const auto date = parse_date(cursor);
  if (!date) return std::nullopt;
  if (cursor.rest.empty()) return date;
  if (!cursor.take('T') && !cursor.take(' ')) return std::nullopt;
  const auto clock = parse_clock(cursor);
  if (!clock) return std::nullopt;
  const auto zone = parse_zone(cursor);
  if (!zone || !cursor.rest.empty()) return std::nullopt;
  return *date + *clock - *zone;
}

std::string format_time(TimeUs time) {
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds{time}};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{point - day};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:06}", clock.subseconds().count());
  return text;
}

namespace {

/// Floored division, so that moments before 1970 fall into the right day too.
TimeUs floor_div(TimeUs a, TimeUs b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

int hour_of_day(TimeUs time) {
  return static_cast<int>((time - floor_div(time, kUsPerDay) * kUsPerDay) / kUsPerHour);
}

int weekday(TimeUs time) {
  const TimeUs days = floor_div(time, kUsPerDay) + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(days - floor_div(days, 7) * 7);
}

}  // namespace vitrina
