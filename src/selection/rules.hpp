#pragma once

#include <optional>
#include <vector>

#include "core/ids.hpp"

namespace vitrina::selection {

/// Whom and what the shop allows to be sent. An index past the end of a bitmap is not in it.
struct Rules {
  std::optional<std::vector<bool>>
      only_users;  ///< when given, nobody else is sent anything, and they even without events
  std::vector<bool> excluded_users;  ///< wins over only_users
  std::vector<bool> excluded_items;

  [[nodiscard]] bool allows(UserIdx user) const;
  [[nodiscard]] bool allows(ItemIdx item) const;
};

/// A bitmap of `size` entries that holds the given indices, all of them below `size`.
template <class Idx>
std::vector<bool> bitmap(std::size_t size, const std::vector<Idx>& indices) {
  std::vector<bool> bits(size);
  for (const Idx idx : indices) bits.at(idx.value) = true;
  return bits;
}

}  // namespace vitrina::selection
