#include "io/date_text.hpp"

#include <fmt/format.h>

#include <string>

namespace vitrina::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the front, which are taken off.
std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const auto digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

/// Three numbers with one separator, and what follows.
struct Parts {
  std::string_view first;
  std::string_view second;
  std::string_view third;
  char separator = 0;
  std::string_view rest;

  /// 28.9.2024: two short numbers, then a year.
  [[nodiscard]] bool ends_with_year() const {
    return !first.empty() && first.size() <= 2 && !second.empty() && second.size() <= 2 &&
           third.size() == 4;
  }
  [[nodiscard]] bool begins_with_year() const {
    return first.size() == 4 && !second.empty() && second.size() <= 2 && !third.empty() &&
           third.size() <= 2;
  }
};

std::optional<Parts> split(std::string_view text) {
  Parts parts;
  parts.first = take_digits(text);
  if (text.empty()) return std::nullopt;
  parts.separator = text.front();
  text.remove_prefix(1);
  parts.second = take_digits(text);
  if (text.empty() || text.front() != parts.separator) return std::nullopt;
  text.remove_prefix(1);
  parts.third = take_digits(text);
  parts.rest = text;
  return parts;
}

/// `Z`, `UTC`, `+03:00` or `-0330` at the end of an ISO moment; empty when there is none.
std::string_view zone_of(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;
  if (text.size() <= kDateBytes) return {};
  if (text.ends_with("UTC")) return text.substr(text.size() - 3);
  if (text.ends_with('Z')) return text.substr(text.size() - 1);
  for (const std::size_t n : {6U, 5U, 3U}) {  // +03:00, +0300, +03
    if (text.size() < kDateBytes + n) continue;
    const auto zone = text.substr(text.size() - n);
    if (zone.front() == '+' || zone.front() == '-') return zone;
  }
  return {};
}

/// `yyyy-mm-ddThh:mm...` of the parts: short numbers get their zero, `9:05` too.
std::string to_iso(std::string_view year, std::string_view month, std::string_view day,
                   std::string_view rest) {
  auto iso = fmt::format("{:0>4}-{:0>2}-{:0>2}", year, month, day);
  if (rest.starts_with(',')) rest.remove_prefix(1);
  if (rest.empty() || (rest.front() != ' ' && rest.front() != 'T')) return iso.append(rest);
  rest.remove_prefix(1);
  auto clock = rest;
  iso += 'T';
  if (take_digits(clock).size() == 1) iso += '0';
  return iso.append(rest);
}

/// An ISO moment, a space or the letters UTC before the zone allowed.
std::optional<TimeUs> parse_iso(std::string_view text) {
  const auto time = parse_time(text);
  if (time) return time;
  const auto zone = zone_of(text);
  if (zone.empty()) return std::nullopt;
  auto clock = text.substr(0, text.size() - zone.size());
  while (clock.ends_with(' ')) clock.remove_suffix(1);
  return parse_time(fmt::format("{}{}", clock, zone == "UTC" ? "Z" : zone));
}

bool is_as_told(const Parts& parts, DateFormat format) {
  if (parts.separator == '/') {
    return format == DateFormat::kDaySlash || format == DateFormat::kMonthSlash;
  }
  return parts.separator == '-' &&
         (format == DateFormat::kDayDash || format == DateFormat::kMonthDash);
}

}  // namespace

std::optional<DateText> parse_date_text(std::string_view text, DateFormat format) {
  if (const auto time = parse_iso(text)) return DateText{*time, zone_of(text), true};
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  std::string iso;
  const bool month_first = format == DateFormat::kMonthSlash || format == DateFormat::kMonthDash;
  if (parts->begins_with_year() && (parts->separator == '/' || parts->separator == '.')) {
    iso = to_iso(parts->first, parts->second, parts->third, parts->rest);
  } else if (parts->ends_with_year() && parts->separator == '.') {
    iso = to_iso(parts->third, parts->second, parts->first, parts->rest);
  } else if (parts->ends_with_year() && is_as_told(*parts, format)) {
    iso = month_first ? to_iso(parts->third, parts->first, parts->second, parts->rest)
                      : to_iso(parts->third, parts->second, parts->first, parts->rest);
  } else {
    return std::nullopt;
  }
  const auto time = parse_iso(iso);
  if (!time) return std::nullopt;
  // the zone stands at the end of both
  return DateText{*time, text.substr(text.size() - zone_of(iso).size()), false};
}

}  // namespace vitrina::io
