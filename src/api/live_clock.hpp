#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "core/time.hpp"
#include "io/date_text.hpp"
#include "io/time_zone.hpp"

namespace vitrina {

/// The machine's clock, every moment later than all before it: an answer counts what was told
/// before it was asked for. It waits where the machine's is set back a little or its time zone
/// repeats an hour. One that was further ahead was wrong, and time goes back to where it is now.
class LiveClock {
 public:
  static constexpr TimeUs kMostAhead = 2 * kUsPerHour;

  /// `on_set_back` is told by how much; `utc` is the machine's clock.
  explicit LiveClock(std::string_view zone, std::function<void(TimeUs)> on_set_back = {},
                     TimeUs (*utc)() = machine_utc)
      : zone_(io::TimeZone::find(zone)), on_set_back_(std::move(on_set_back)), utc_(utc) {}

  TimeUs now() {
    const TimeUs local = zone_.to_local(utc_());
    TimeUs last = last_.load();
    TimeUs next = local;
    do {
      next = last > local + kMostAhead ? local : std::max(local, last + 1);
    } while (!last_.compare_exchange_weak(last, next));
    if (next < last && on_set_back_) on_set_back_(last - next);
    return next;
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
  static TimeUs machine_utc() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  }

  io::TimeZone zone_;
  std::function<void(TimeUs)> on_set_back_;
  TimeUs (*utc_)();
  std::atomic<TimeUs> last_{kNoTime};
};

}  // namespace vitrina
