#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "data/event_log.hpp"

namespace vitrina {

/// Which products may be proposed. A product beyond the end of a column is as one that the column
/// does not speak of.
struct ProductFilter {
  /// 1 for products that may be proposed; empty when all may.
  std::span<const std::uint8_t> allowed = {};
  /// A product whose last event, `last_event[i]`, is before this moment is proposed only to those
  /// who touched it; kNoTime: silence does not matter.
  TimeUs silent_before = kNoTime;
  std::span<const TimeUs> last_event = {};

  /// Whether the product may be proposed to a customer who touched it.
  [[nodiscard]] bool allows_to_owner(ItemIdx item) const {
    return item.value >= allowed.size() || allowed[item.value] != 0;
  }
  /// Whether it may be proposed to anybody.
  [[nodiscard]] bool allows(ItemIdx item) const {
    return allows_to_owner(item) && !(silent_before != kNoTime && is_silent(item));
  }

 private:
  [[nodiscard]] bool is_silent(ItemIdx item) const {
    return item.value >= last_event.size() || last_event[item.value] < silent_before;
  }
};

/// One customer at one moment: all that an answer depends on, beside what was fitted.
struct Query {
  EventSpan events;      ///< of one customer, all before `as_of`, oldest first
  TimeUs as_of = 0;      ///< the moment of the answer
  ProductFilter filter;  ///< what may be proposed
  std::size_t k = 0;     ///< products that are wanted
};

}  // namespace vitrina
