#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/ids.hpp"

namespace vitrina {

/// Numbers distinct keys 0, 1, ... in the order in which they come: an open-addressed table for the
/// thousands of look-ups that a user's neighbours and candidates cost.
template <class Key>
class Places {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// Room for `capacity` keys; more may not be added.
  explicit Places(std::size_t capacity) { reset(capacity); }

  /// The keys at their positions; they must be distinct.
  explicit Places(std::span<const Key> keys) : Places(keys.size()) {
    for (const auto key : keys) add(key);
  }

  /// Forgets all keys and makes room for `capacity` others, in the memory that is there.
  void reset(std::size_t capacity) {
    shift_ = 32U - static_cast<std::uint32_t>(std::bit_width(2 * capacity + 1));
    size_ = 0;
    slots_.assign(std::size_t{1} << (32U - shift_), Slot{});
  }

  /// The place of a key, which is size() - 1 when it is new.
  std::uint32_t add(Key key) {
    auto& slot = slots_[slot_of(key)];
    if (slot.place == kNone) slot = {key, size_++};
    return slot.place;
  }

  /// The place of a key, or kNone.
  [[nodiscard]] std::uint32_t find(Key key) const { return slots_[slot_of(key)].place; }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    Key key{};
    std::uint32_t place = kNone;
  };

  static std::uint32_t value_of(std::uint32_t key) { return key; }
  template <class Tag>
  static std::uint32_t value_of(StrongIdx<Tag> key) {
    return key.value;
  }

  /// The slot that holds the key, or the empty one where it belongs.
  [[nodiscard]] std::size_t slot_of(Key key) const {
    constexpr std::uint32_t kGolden = 2'654'435'769U;  // Knuth's multiplicative hash
    std::size_t s = (value_of(key) * kGolden) >> shift_;
    while (slots_[s].place != kNone && slots_[s].key != key) s = (s + 1) & (slots_.size() - 1);
    return s;
  }

  std::uint32_t shift_ = 0;
  std::uint32_t size_ = 0;
  std::vector<Slot> slots_;  ///< a power of two, more than half of them empty
};

using ItemPlaces = Places<ItemIdx>;
using WordPlaces = Places<std::uint32_t>;

}  // namespace vitrina
