#pragma once

#include <algorithm>
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

  /// Forgets all keys and numbers these.
  void number(std::span<const Key> keys) {
    reset(keys.size());
    for (const auto key : keys) add(key);
  }

  /// Forgets all keys and makes room for `capacity` others, in the memory that is there, which
  /// costs nothing: what was added before counts as empty.
  void reset(std::size_t capacity) {
    shift_ = 32U - static_cast<std::uint32_t>(std::bit_width(2 * capacity + 1));
    first_ += size_;
    size_ = 0;
    const std::size_t n_slots = std::size_t{1} << (32U - shift_);
    if (first_ > kNone - n_slots) {  // stamps run out
      first_ = 1;
      std::fill(slots_.begin(), slots_.end(), Slot{});
    }
    if (slots_.size() < n_slots) slots_.resize(n_slots);
    mask_ = n_slots - 1;
  }

  /// The place of a key, which is size() - 1 when it is new.
  std::uint32_t add(Key key) {
    auto& slot = slots_[slot_of(key)];
    if (is_empty(slot)) slot = {key, first_ + size_++};
    return slot.stamp - first_;
  }

  /// The place of a key, or kNone.
  [[nodiscard]] std::uint32_t find(Key key) const {
    const auto& slot = slots_[slot_of(key)];
    return is_empty(slot) ? kNone : slot.stamp - first_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    Key key{};
    std::uint32_t stamp = 0;  ///< its place and first_; less than that: empty
  };

  [[nodiscard]] bool is_empty(const Slot& slot) const { return slot.stamp < first_; }

  static std::uint32_t value_of(std::uint32_t key) { return key; }
  template <class Tag>
  static std::uint32_t value_of(StrongIdx<Tag> key) {
    return key.value;
  }

  /// The slot that holds the key, or the empty one where it belongs.
  [[nodiscard]] std::size_t slot_of(Key key) const {
    constexpr std::uint32_t kGolden = 2'654'435'769U;  // Knuth's multiplicative hash
    std::size_t s = (value_of(key) * kGolden) >> shift_;
    while (!is_empty(slots_[s]) && slots_[s].key != key) s = (s + 1) & mask_;
    return s;
  }

  std::uint32_t shift_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t first_ = 1;  ///< stamp of the first place
  std::size_t mask_ = 0;  ///< slots in use, less one: a power of two, more than half of them empty
  std::vector<Slot> slots_;
};

using ItemPlaces = Places<ItemIdx>;

}  // namespace vitrina
