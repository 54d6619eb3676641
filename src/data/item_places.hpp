#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/ids.hpp"

namespace vitrina {

/// Numbers distinct products 0, 1, ... in the order in which they come: an open-addressed table
/// for the thousands of look-ups that a user's neighbours and candidates cost.
class ItemPlaces {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// Room for `capacity` products; more may not be added.
  explicit ItemPlaces(std::size_t capacity) { reset(capacity); }

  /// The products at their positions; they must be distinct.
  explicit ItemPlaces(std::span<const ItemIdx> items) : ItemPlaces(items.size()) {
    for (const auto item : items) add(item);
  }

  /// Forgets all products and makes room for `capacity` others, in the memory that is there.
  void reset(std::size_t capacity) {
    shift_ = 32U - static_cast<std::uint32_t>(std::bit_width(2 * capacity + 1));
    size_ = 0;
    slots_.assign(std::size_t{1} << (32U - shift_), Slot{});
  }

  /// The place of a product, which is size() - 1 when it is new.
  std::uint32_t add(ItemIdx item) {
    auto& slot = slots_[slot_of(item)];
    if (slot.place == kNone) slot = {item, size_++};
    return slot.place;
  }

  /// The place of a product, or kNone.
  [[nodiscard]] std::uint32_t find(ItemIdx item) const { return slots_[slot_of(item)].place; }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    ItemIdx item;
    std::uint32_t place = kNone;
  };

  /// The slot that holds the product, or the empty one where it belongs.
  [[nodiscard]] std::size_t slot_of(ItemIdx item) const {
    constexpr std::uint32_t kGolden = 2'654'435'769U;  // Knuth's multiplicative hash
    std::size_t s = (item.value * kGolden) >> shift_;
    while (slots_[s].place != kNone && slots_[s].item != item) s = (s + 1) & (slots_.size() - 1);
    return s;
  }

  std::uint32_t shift_ = 0;
  std::uint32_t size_ = 0;
  std::vector<Slot> slots_;  ///< a power of two, more than half of them empty
};

}  // namespace vitrina
