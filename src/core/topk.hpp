#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

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

/// Keeps the k best entries of `entries` in rank order and drops the rest. O(n + k log k).
template <class Id>
void keep_top_k(std::vector<Scored<Id>>& entries, std::size_t k) {
  // a lambda is inlined into the sort, a pointer to the function is not
  const auto before = [](const Scored<Id>& a, const Scored<Id>& b) { return ranks_before(a, b); };
  if (entries.size() > k) {
    std::nth_element(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(k),
                     entries.end(), before);
    entries.resize(k);
  }
  std::sort(entries.begin(), entries.end(), before);
}

/// Equal ids become one entry with the sum of their scores, added in the order of arrival; entries
/// come out by id ascending.
template <class Id>
void sum_equal(std::vector<Scored<Id>>& entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Scored<Id>& a, const Scored<Id>& b) { return a.id < b.id; });
  std::size_t n = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (n > 0 && entries[n - 1].id == entries[i].id) {
      entries[n - 1].score += entries[i].score;
    } else {
      entries[n++] = entries[i];
    }
  }
  entries.resize(n);
}

}  // namespace vitrina
