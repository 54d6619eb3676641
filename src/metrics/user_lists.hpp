#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/csr.hpp"
#include "core/ids.hpp"
#include "data/purchases.hpp"

namespace vitrina::metrics {

/// Lists of products of some users, each user once: what was bought, sent or proposed.
struct UserLists {
  std::vector<UserIdx> users;
  Csr<ItemIdx> items;  ///< row r belongs to users[r]

  [[nodiscard]] std::size_t size() const { return users.size(); }
  void add(UserIdx user, std::span<const ItemIdx> list);
};

/// Who bought what, as lists.
UserLists as_lists(const Purchases& purchases);

}  // namespace vitrina::metrics
