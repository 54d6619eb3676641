#include "io/time_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <optional>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::io {
namespace {

namespace fs = std::filesystem;

constexpr TimeUs kBegin = std::numeric_limits<TimeUs>::min() + 1;  // kNoTime is the one before
constexpr TimeUs kEnd = std::numeric_limits<TimeUs>::max();
/// A change further away than this is no moment of a log and would overflow in microseconds.
constexpr std::int64_t kFarSeconds = 1'000'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes a number of at most `most` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  std::size_t n = 0;
  int value = 0;
  while (n < most && n < text.size() && is_digit(text[n])) value = value * 10 + (text[n++] - '0');
  text.remove_prefix(n);
  return n > 0 ? std::optional(value) : std::nullopt;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// `[+-]hh[:mm[:ss]]` in microseconds.
std::optional<TimeUs> take_clock(std::string_view& text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const auto hours = take_number(text, 3);
  if (!hours) return std::nullopt;
  TimeUs time = *hours * kUsPerHour;
  TimeUs unit = kUsPerHour;
  while (unit > kUsPerSecond && take(text, ':')) {
    unit /= 60;
    const auto part = take_number(text, 2);
    if (!part) return std::nullopt;
    time += *part * unit;
  }
  return negative ? -time : time;
}

/// `+03:00`, `-0330`, `+3`.
std::optional<TimeUs> fixed_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const TimeUs sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 15) return std::nullopt;
  take(text, ':');
  int minutes = 0;
  if (!text.empty()) {
    const auto found = text.size() == 2 ? take_number(text, 2) : std::nullopt;
    if (!found || !text.empty() || *found > 59) return std::nullopt;
    minutes = *found;
  }
  return sign * (*hours * kUsPerHour + minutes * 60 * kUsPerSecond);
}

/// Letters and what else names of the database hold: nothing that leaves the folder.
bool is_name(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return is_digit(c) || is_letter(c) || c == '/' || c == '_' || c == '-' || c == '+';
  });
  return plain && !name.empty() && name.size() < 64 && name.front() != '/' && name.back() != '/';
}

}  // namespace

/// A file of the database: its changes of offset, and the rule after the last of them.
class ZoneFile {
 public:
  explicit ZoneFile(std::string_view bytes) : rest_(bytes) {}

  /// False when the file is damaged or says what we do not understand.
  bool read(TimeZone& zone) {
    if (!read_header() || version_ < 2) return false;
    // the first block has 32-bit times; the second says the same and more
    const std::size_t first =
        n_times_ * 5 + n_types_ * 6 + n_chars_ + n_leaps_ * 8 + n_std_ + n_ut_;
    if (rest_.size() < first) return false;
    rest_.remove_prefix(first);
    return read_header() && read_block(zone) && read_footer(zone);
  }

 private:
  std::uint64_t number(std::size_t n_bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < n_bytes; ++i)
      value = value << 8U | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(n_bytes);
    return value;
  }

  bool read_header() {
    if (rest_.size() < 44 || !rest_.starts_with("TZif")) return false;
    version_ = rest_[4] >= '2' ? 2 : 1;
    rest_.remove_prefix(20);
    for (auto* count : {&n_ut_, &n_std_, &n_leaps_, &n_times_, &n_types_, &n_chars_}) {
      *count = number(4);
    }
    return true;
  }

  bool read_block(TimeZone& zone) {
    const std::size_t size =
        n_times_ * 9 + n_types_ * 6 + n_chars_ + n_leaps_ * 12 + n_std_ + n_ut_;
    if (rest_.size() < size || n_types_ == 0) return false;
    std::vector<std::int64_t> seconds(n_times_);
    for (auto& value : seconds) value = static_cast<std::int64_t>(number(8));
    std::vector<std::size_t> types(n_times_);
    for (auto& type : types) type = number(1);
    std::vector<TimeUs> offsets(n_types_);
    for (auto& offset : offsets) {
      offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4))) * kUsPerSecond;
      number(2);  // whether it is summer time, and its name
    }
    rest_.remove_prefix(n_chars_ + n_leaps_ * 12 + n_std_ + n_ut_);
    zone.offsets_ = {offsets[0]};
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      if (types[i] >= offsets.size() || (i > 0 && seconds[i] <= seconds[i - 1])) return false;
      if (seconds[i] < -kFarSeconds) {
        zone.offsets_.back() = offsets[types[i]];
        continue;
      }
      if (seconds[i] > kFarSeconds) break;
      zone.changes_.push_back(seconds[i] * kUsPerSecond);
      zone.offsets_.push_back(offsets[types[i]]);
    }
    return true;
  }

  /// `MSK-3`, `CET-1CEST,M3.5.0,M10.5.0/3`, `<+03>-3` between two line ends.
  bool read_footer(TimeZone& zone) {
    if (!take(rest_, '\n')) return false;
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    rest_ = rest_.substr(0, end);
    zone.winter_ = zone.offsets_.back();
    if (rest_.empty()) return true;
    skip_letters();
    const auto winter = take_clock(rest_);
    if (!winter) return false;
    zone.winter_ = -*winter;  // POSIX counts to the west
    if (rest_.empty()) return true;
    skip_letters();
    zone.summer_ = zone.winter_ + kUsPerHour;
    if (!rest_.empty() && rest_.front() != ',') {
      const auto summer = take_clock(rest_);
      if (!summer) return false;
      zone.summer_ = -*summer;
    }
    zone.has_summer_ = true;
    return read_rule(zone.summer_begins_) && read_rule(zone.summer_ends_) && rest_.empty();
  }

  void skip_letters() {
    if (take(rest_, '<')) {
      rest_.remove_prefix(std::min(rest_.find('>'), rest_.size() - 1) + 1);
      return;
    }
    while (!rest_.empty() && is_letter(rest_.front())) {
      rest_.remove_prefix(1);
    }
  }

  bool read_rule(TimeZone::Rule& rule) {
    if (!take(rest_, ',') || !take(rest_, 'M')) return false;
    const int month = take_number(rest_, 2).value_or(0);
    const int week = take(rest_, '.') ? take_number(rest_, 1).value_or(0) : 0;
    const int day = take(rest_, '.') ? take_number(rest_, 1).value_or(-1) : -1;
    if (month < 1 || month > 12 || week < 1 || week > 5 || day < 0 || day > 6) return false;
    rule = {month, week, day, 2 * kUsPerHour};
    if (!take(rest_, '/')) return true;
    const auto clock = take_clock(rest_);
    if (clock) rule.clock = *clock;
    return clock.has_value();
  }

  std::string_view rest_;
  int version_ = 0;
  std::size_t n_ut_ = 0;
  std::size_t n_std_ = 0;
  std::size_t n_leaps_ = 0;
  std::size_t n_times_ = 0;
  std::size_t n_types_ = 0;
  std::size_t n_chars_ = 0;
};

TimeUs TimeZone::Rule::in_year(int year) const {
  namespace ch = std::chrono;
  const auto first = ch::year{year} / ch::month{static_cast<unsigned>(month)};
  const ch::weekday day{static_cast<unsigned>(weekday)};
  const auto date = week == 5 ? ch::sys_days{first / day[ch::last]}
                              : ch::sys_days{first / day[static_cast<unsigned>(week)]};
  return date.time_since_epoch().count() * kUsPerDay + clock;
}

TimeZone::Span TimeZone::after_last(TimeUs utc, TimeUs last) const {
  if (!has_summer_) return {last, kEnd, winter_};
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(utc)));
  const int year = static_cast<int>(std::chrono::year_month_day(day).year());
  // the changes of three years hold every moment of the middle one
  std::vector<std::pair<TimeUs, TimeUs>> changes;
  for (int y = year - 1; y <= year + 1; ++y) {
    changes.emplace_back(summer_begins_.in_year(y) - winter_, summer_);
    changes.emplace_back(summer_ends_.in_year(y) - summer_, winter_);
  }
  std::sort(changes.begin(), changes.end());
  const auto next = std::upper_bound(changes.begin(), changes.end(), std::pair(utc, kEnd));
  const auto now = std::prev(next);
  return {std::max(now->first, last), next->first, now->second};
}

TimeZone::Span TimeZone::span_at(TimeUs utc) const {
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), utc);
  const auto n = static_cast<std::size_t>(next - changes_.begin());
  if (next == changes_.end()) return after_last(utc, n == 0 ? kBegin : changes_[n - 1]);
  return {n == 0 ? kBegin : changes_[n - 1], *next, offsets_[n]};
}

TimeZone TimeZone::find(std::string_view name, const fs::path& folder) {
  TimeZone zone;
  zone.name_ = name;
  zone.offsets_ = {0};
  if (name == "UTC" || name == "Z") return zone;
  if (const auto offset = fixed_offset(name)) {
    zone.winter_ = *offset;
    return zone;
  }
  if (!is_name(name)) {
    throw Error(ErrorCode::kConfig,
                fmt::format("time_zone: found '{}', expected a name such as Europe/Moscow, an "
                            "offset such as +03:00, or UTC",
                            printable(name)));
  }
  const char* given = std::getenv("TZDIR");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  const fs::path base = !folder.empty()                      ? folder
                        : given != nullptr && *given != '\0' ? fs::path(given)
                                                             : fs::path("/usr/share/zoneinfo");
  std::error_code status;
  if (!fs::is_directory(base, status)) {
    throw Error(ErrorCode::kConfig,
                fmt::format("time_zone: {} is missing, so '{}' is not known here; install the "
                            "package tzdata, or give an offset such as +03:00",
                            base.string(), name));
  }
  const auto path = base / fs::path(name);
  if (!fs::is_regular_file(path, status)) {
    throw Error(ErrorCode::kConfig,
                fmt::format("time_zone: found '{}', expected a name in {}, such as Europe/Moscow",
                            name, base.string()));
  }
  const auto bytes = read_file(path);
  if (!ZoneFile(bytes).read(zone)) {
    throw Error(ErrorCode::kConfig,
                fmt::format("time_zone: {} cannot be understood; give an offset such as +03:00",
                            path.string()));
  }
  return zone;
}

}  // namespace vitrina::io
