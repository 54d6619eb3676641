#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/action.hpp"
#include "core/csr.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace vitrina {

/// The events of one user, oldest first: equally long views into the log's columns.
struct EventSpan {
  std::span<const TimeUs> time;
  std::span<const ItemIdx> item;  ///< not valid() where the event names no product
  std::span<const Action> action;
  std::span<const std::uint32_t> page;
  std::span<const std::uint32_t> device;

  [[nodiscard]] std::size_t size() const { return time.size(); }
  [[nodiscard]] bool empty() const { return time.empty(); }
  /// The first `n` events.
  [[nodiscard]] EventSpan first(std::size_t n) const {
    return {time.first(n), item.first(n), action.first(n), page.first(n), device.first(n)};
  }
};

/// Another user who is taken for the same person (data/links.hpp): for moments after `since` and
/// not after `until`.
struct Link {
  UserIdx user;
  TimeUs since = kNoTime;
  TimeUs until = kNoTime;

  [[nodiscard]] bool holds(TimeUs as_of) const { return since < as_of && as_of <= until; }
};

/// A click log in columns, one row per event and product, ordered by user, then by time (ties by
/// action, product, page, device). An event with several products is several rows of equal time
/// and action. `offsets` has n_users + 1 entries.
struct EventLog {
  std::vector<std::uint64_t> offsets{0};
  std::vector<TimeUs> time;
  std::vector<ItemIdx> item;
  std::vector<Action> action;
  std::vector<std::uint32_t> page;
  std::vector<std::uint32_t> device;
  Csr<Link> links;  ///< by user; no rows where users are not linked

  [[nodiscard]] std::size_t n_users() const { return offsets.size() - 1; }
  [[nodiscard]] std::size_t n_events() const { return time.size(); }

  /// The links of a user; a user may occur again, for another device.
  [[nodiscard]] std::span<const Link> linked(UserIdx user) const {
    return links.n_rows() == 0 ? std::span<const Link>{} : links.row(user.value);
  }
  /// All events of a user.
  [[nodiscard]] EventSpan of(UserIdx user) const;
  /// The events of a user before `as_of`: a prefix, found by binary search. A fold is this.
  [[nodiscard]] EventSpan before(UserIdx user, TimeUs as_of) const;
  /// The events of a user in [from, to).
  [[nodiscard]] EventSpan between(UserIdx user, TimeUs from, TimeUs to) const;
};

}  // namespace vitrina
