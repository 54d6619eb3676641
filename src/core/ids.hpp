#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>

namespace vitrina {

/// A dense index of one kind of thing; kinds do not mix. Dense ids follow the order of the
/// sorted external ids, so comparing them is comparing the external ids.
template <class Tag>
struct StrongIdx {
  std::uint32_t value = std::numeric_limits<std::uint32_t>::max();

  constexpr StrongIdx() = default;
  constexpr explicit StrongIdx(std::size_t v) : value(static_cast<std::uint32_t>(v)) {}

  [[nodiscard]] constexpr bool valid() const {
    return value != std::numeric_limits<std::uint32_t>::max();
  }
  friend constexpr auto operator<=>(StrongIdx, StrongIdx) = default;
};

using UserIdx = StrongIdx<struct UserTag>;
using ItemIdx = StrongIdx<struct ItemTag>;
using CategoryIdx = StrongIdx<struct CategoryTag>;

}  // namespace vitrina

template <class Tag>
struct std::hash<vitrina::StrongIdx<Tag>> {
  std::size_t operator()(vitrina::StrongIdx<Tag> idx) const noexcept {
    return std::hash<std::uint32_t>{}(idx.value);
  }
};
