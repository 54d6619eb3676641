#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.hpp"

namespace vitrina {

/// An id with a score; ordered by score descending, then id ascending, so that a top-k list is
/// the same whatever order its entries were offered in.
template <class Id>
struct Scored {
  Id id{};
  float score = 0.0F;

  friend bool operator==(const Scored&, const Scored&) = default;
};

template <class Id>
bool ranks_before(const Scored<Id>& a, const Scored<Id>& b) {
  return a.score != b.score ? a.score > b.score : a.id < b.id;
}

/// A number that is smaller for what ranks before: one comparison without a branch in place of two.
/// Scores must be numbers; -0 ranks as 0.
inline std::uint64_t rank_key(const Scored<std::uint32_t>& entry) {
  const auto bits = std::bit_cast<std::uint32_t>(entry.score + 0.0F);
  // floats order as their bits do, negative ones the other way round
  const std::uint32_t ascending = bits ^ ((bits >> 31U) != 0 ? ~0U : 1U << 31U);
  return std::uint64_t{~ascending} << 32U | entry.id;
}
template <class Tag>
std::uint64_t rank_key(const Scored<StrongIdx<Tag>>& entry) {
  return rank_key(Scored<std::uint32_t>{entry.id.value, entry.score});
}

/// The same of a positive score, in half the steps.
inline std::uint64_t positive_rank_key(std::uint32_t id, float score) {
  return std::uint64_t{~std::bit_cast<std::uint32_t>(score) & ~(1U << 31U)} << 32U | id;
}

/// The entry of a key.
inline Scored<std::uint32_t> ranked_entry(std::uint64_t key) {
  const auto ascending = ~static_cast<std::uint32_t>(key >> 32U);
  const std::uint32_t bits = ascending ^ ((ascending >> 31U) != 0 ? 1U << 31U : ~0U);
  return {static_cast<std::uint32_t>(key), std::bit_cast<float>(bits)};
}

/// Sorts numbers, ascending.
void sort_numbers(std::span<std::uint64_t> numbers);

/// Moves the k smallest numbers to the front, ascending, and returns them (all, if there are
/// fewer). The rest is lost. O(n + k log k).
std::span<std::uint64_t> smallest(std::span<std::uint64_t> numbers, std::size_t k);

/// Keeps the k best entries of `entries` in rank order and drops the rest; -0 becomes 0. `keys` is
/// memory to work in.
template <class Id>
void keep_top_k(std::vector<Scored<Id>>& entries, std::size_t k, std::vector<std::uint64_t>& keys) {
  if constexpr (requires { rank_key(entries.front()); }) {
    keys.resize(entries.size());
    std::transform(entries.begin(), entries.end(), keys.begin(),
                   [](const Scored<Id>& entry) { return rank_key(entry); });
    const auto best = smallest(keys, k);
    entries.resize(best.size());
    std::transform(best.begin(), best.end(), entries.begin(), [](std::uint64_t key) {
      const auto entry = ranked_entry(key);
      return Scored<Id>{Id{entry.id}, entry.score};
    });
  } else {
    // a lambda is inlined into the sort, a pointer to the function is not
    const auto before = [](const Scored<Id>& a, const Scored<Id>& b) { return ranks_before(a, b); };
    if (entries.size() > k) {
      std::nth_element(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k),
                       entries.end(), before);
      entries.resize(k);
    }
    std::sort(entries.begin(), entries.end(), before);
  }
}

/// The same, in memory of its own.
template <class Id>
void keep_top_k(std::vector<Scored<Id>>& entries, std::size_t k) {
  std::vector<std::uint64_t> keys;
  keep_top_k(entries, k, keys);
}

}  // namespace vitrina
