#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/csr.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"
#include "data/event_log.hpp"

namespace vitrina::metrics {

/// Lists of products of some users, each user once: what was bought, sent or proposed.
struct UserLists {
  std::vector<UserIdx> users;
  Csr<ItemIdx> items;  ///< row r belongs to users[r]

  [[nodiscard]] std::size_t size() const { return users.size(); }
  void add(UserIdx user, std::span<const ItemIdx> list);
};

/// The pairs as lists: users ascending, the products of each ascending and distinct.
UserLists group_pairs(std::vector<std::pair<UserIdx, ItemIdx>> pairs);

/// What each buyer of [from, to) bought: users ascending, products ascending and distinct. Users
/// first seen in the period count like all others; orders that name no product do not.
UserLists purchases(const EventLog& log, TimeUs from, TimeUs to);

}  // namespace vitrina::metrics
