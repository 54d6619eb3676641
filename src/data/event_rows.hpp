#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

#include "data/user_history.hpp"

namespace vitrina {

/// What is asked of a customer is answered by its newest events, so many at most, in a batch and
/// live alike: behind an id that a whole shop shares there may be millions, and nobody's taste.
inline constexpr std::size_t kMostEvents = 20'000;

/// An event of one customer; ordered as a log orders those of one.
struct EventRow {
  TimeUs time = 0;
  Action action = Action::kView;
  ItemIdx item;
  std::uint32_t page = 0;
  std::uint32_t device = 0;

  friend auto operator<=>(const EventRow&, const EventRow&) = default;
};

/// The rows in their order as columns, which keep their memory.
void to_columns(std::span<const EventRow> rows, EventColumns& columns);

}  // namespace vitrina
