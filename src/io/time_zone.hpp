#pragma once

// Internal to io: moments of UTC on a shop's own clock.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace vitrina::io {

/// A time zone: `UTC`, an offset such as `+03:00`, or a name of the IANA database such as
/// `Europe/Moscow`, which is read from the system's files (RFC 8536).
class TimeZone {
 public:
  /// A span of time with one offset: [begin, end).
  struct Span {
    TimeUs begin = 0;
    TimeUs end = 0;
    TimeUs offset = 0;  ///< local clock minus UTC
  };

  /// Throws Error(kConfig) for a name that is none, or that the system has no file for. `folder`
  /// is where the files are; empty: $TZDIR or the system's.
  static TimeZone find(std::string_view name, const std::filesystem::path& folder = {});

  /// The span that holds a moment of UTC.
  [[nodiscard]] Span span_at(TimeUs utc) const;
  [[nodiscard]] TimeUs to_local(TimeUs utc) const { return utc + span_at(utc).offset; }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  friend class ZoneFile;

  /// The yearly rule after the last change: summer time from one day of a month to another.
  struct Rule {
    int month = 0;
    int week = 0;     ///< 1 to 4, 5 is the last
    int weekday = 0;  ///< 0 is Sunday
    TimeUs clock = 0;

    [[nodiscard]] TimeUs in_year(int year) const;  ///< on the clock that is left
  };

  [[nodiscard]] Span after_last(TimeUs utc, TimeUs last) const;

  std::string name_;
  std::vector<TimeUs> changes_;  ///< ascending, UTC
  std::vector<TimeUs> offsets_;  ///< one more than changes_: before the first, after each
  bool has_summer_ = false;      ///< after the last change
  TimeUs winter_ = 0;            ///< offset after the last change, outside summer
  TimeUs summer_ = 0;
  Rule summer_begins_;
  Rule summer_ends_;
};

/// Turns moments one after another, most of them in the span of the one before.
class LocalClock {
 public:
  explicit LocalClock(const TimeZone& zone) : zone_(&zone) {}

  TimeUs operator()(TimeUs utc) {
    if (utc < span_.begin || utc >= span_.end) span_ = zone_->span_at(utc);
    return utc + span_.offset;
  }

 private:
  const TimeZone* zone_;
  TimeZone::Span span_;
};

}  // namespace vitrina::io
