#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "data/event_log.hpp"
#include "data/user_history.hpp"

namespace vitrina::live {

/// What a customer's own events rule out.
struct HistoryRules {
  bool excludes_seen = false;       ///< products looked at or liked
  bool excludes_in_basket = false;  ///< products in the basket at the moment of the answer
  bool excludes_bought = false;     ///< products ordered

  [[nodiscard]] bool is_empty() const {
    return !excludes_seen && !excludes_in_basket && !excludes_bought;
  }
};

/// What the shop has to say of a product that may be proposed (Shelf).
struct CatalogRules {
  std::span<const std::string> categories = {};  ///< one of them; empty: any or none
  float min_price = -std::numeric_limits<float>::infinity();
  float max_price = std::numeric_limits<float>::infinity();
  bool only_listed = false;
  bool also_unavailable = false;  ///< what the shop has said not to be available too

  /// A product whose price is not known is in no range of prices.
  [[nodiscard]] bool asks_price() const {
    return min_price != -std::numeric_limits<float>::infinity() ||
           max_price != std::numeric_limits<float>::infinity();
  }
  /// Whether nothing but availability counts.
  [[nodiscard]] bool is_empty() const {
    return categories.empty() && !only_listed && !asks_price();
  }
};

/// Sets `allowed` (1 a product that may be proposed) to 0 for what the rules exclude. `events` are
/// the customer's before `as_of`; `history` is memory. Products behind the last of `allowed` are
/// left alone.
void forbid(const HistoryRules& rules, const EventSpan& events, TimeUs as_of, UserHistory& history,
            std::span<std::uint8_t> allowed);

}  // namespace vitrina::live
