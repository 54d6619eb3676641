#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "core/arena.hpp"
#include "core/time.hpp"
#include "data/user_history.hpp"

namespace vitrina {

inline constexpr std::int64_t kNoDay = std::numeric_limits<std::int64_t>::min();

/// The day of a moment, counted from 1970-01-01 on the log's own clock.
constexpr std::int64_t day_of(TimeUs time) {
  return time / kUsPerDay - (time % kUsPerDay < 0 ? 1 : 0);
}

/// The day that begins at the midnight nearest to a moment: the first one of a prediction made
/// then. The evening's last event and the midnight after it thus see the same day ahead of them.
constexpr std::int64_t first_day_ahead(TimeUs time) { return day_of(time + kUsPerDay / 2); }

/// 0 .. 6: the same number a week later.
constexpr std::size_t weekday_of(std::int64_t day) {
  return static_cast<std::size_t>((day % 7 + 7) % 7);
}

/// One day on which a customer ordered.
struct PurchaseDay {
  std::int64_t day;
  std::uint32_t first_event;  ///< its first order among the history's events
  std::uint32_t last_event;   ///< its last one
};

/// The days on which the customer ordered, oldest first.
std::span<const PurchaseDay> purchase_days(const UserHistory& history, Arena& arena);

}  // namespace vitrina
