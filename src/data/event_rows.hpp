#pragma once

#include <compare>
#include <cstdint>
#include <span>

#include "data/user_history.hpp"

namespace vitrina {

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
