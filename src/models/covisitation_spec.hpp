#pragma once

#include <cstdint>
#include <string_view>

namespace vitrina::models {

/// What a user did with a product, as bits: a matrix says which it joins.
using StepKinds = std::uint8_t;
inline constexpr StepKinds kStepView = 1;
inline constexpr StepKinds kStepLike = 2;
inline constexpr StepKinds kStepBasket = 4;
inline constexpr StepKinds kStepOrder = 8;
inline constexpr StepKinds kStepBuy = kStepBasket + kStepOrder;
inline constexpr StepKinds kStepAny = kStepView + kStepLike + kStepBuy;

/// Whether bit `kind` is among them.
constexpr bool has_kind(StepKinds kinds, std::uint32_t kind) {
  return (std::uint32_t{kinds} >> kind & 1U) != 0;
}

/// Which events a co-visitation matrix joins, and what a pair is worth: 2^(-distance in time /
/// half-life), or with a limit of places 1 / distance in places.
struct CovisitationSpec {
  std::string_view name;
  StepKinds from;
  StepKinds to;
  bool is_directed;               ///< the second event comes after the first in the log's order
  double window_days;             ///< events further apart do not count
  double half_life_hours;         ///< 0: distance in time does not matter
  std::uint32_t max_places = 0;   ///< with more steps of the user between does not count; 0: any
  bool from_visit_start = false;  ///< from the first product of a visit to others of that visit
  double last_days = 0;           ///< both events this near to as_of; 0: the whole log
};

}  // namespace vitrina::models
