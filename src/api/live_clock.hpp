#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string_view>

#include "core/time.hpp"
#include "io/date_text.hpp"
#include "io/time_zone.hpp"

namespace vitrina {

/// The machine's clock, every moment later than all before it: an answer counts what was told
/// before it was asked for.
class LiveClock {
 public:
  explicit LiveClock(std::string_view zone) : zone_(io::TimeZone::find(zone)) {}

  TimeUs now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const TimeUs utc = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    const TimeUs local = zone_.to_local(utc);
    TimeUs last = last_.load();
    while (!last_.compare_exchange_weak(last, std::max(local, last + 1))) {
    }
    return std::max(local, last + 1);
  }

  /// Goes on behind a moment that was told before the process began: the machine's clock may have
  /// been set back since, or its time zone repeat an hour.
  void go_on_from(TimeUs moment) {
    TimeUs last = last_.load();
    while (last < moment && !last_.compare_exchange_weak(last, moment)) {
    }
  }

  [[nodiscard]] std::string zone() const { return zone_.name(); }

  /// A moment as written: ISO, in the clock's own time where it names no zone.
  [[nodiscard]] std::optional<TimeUs> parse(std::string_view text) const {
    const auto date = io::parse_date_text(text, io::DateFormat::kPlain);
    if (!date || !date->is_iso) return std::nullopt;
    return date->zone.empty() ? date->time : zone_.to_local(date->time);
  }

 private:
  io::TimeZone zone_;
  std::atomic<TimeUs> last_{kNoTime};
};

}  // namespace vitrina
