#pragma once

#include <vector>

#include "core/csr.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"
#include "data/event_log.hpp"

namespace vitrina {

/// Who bought what in a window: buyers ascending; products of each ascending and distinct.
struct Purchases {
  std::vector<UserIdx> buyers;
  Csr<ItemIdx> items;

  [[nodiscard]] std::size_t n_buyers() const { return buyers.size(); }
  [[nodiscard]] std::size_t n_pairs() const { return items.values.size(); }
  /// The products of a user; empty for somebody who bought nothing. O(log n_buyers).
  [[nodiscard]] std::span<const ItemIdx> of(UserIdx user) const;
};

/// Orders with a product in [from, to): the truth of a fold. All buyers count, also those first
/// seen inside the window.
Purchases purchases_between(const EventLog& events, TimeUs from, TimeUs to);

}  // namespace vitrina
