#pragma once

#include <cstdint>
#include <string_view>

#include "core/action.hpp"

namespace vitrina::models {

/// Which events a co-visitation matrix joins, and what a pair is worth: 2^(-distance in time /
/// half-life), or with a limit of places 1 / distance in places.
struct CovisitationSpec {
  std::string_view name;
  bool (*from)(Action);           ///< which actions of the first product; it shows interest
  bool (*to)(Action);             ///< and of the second
  bool is_directed;               ///< the second event comes after the first in the log's order
  double window_days;             ///< events further apart do not count
  double half_life_hours;         ///< 0: distance in time does not matter
  std::uint32_t max_places = 0;   ///< with more steps of the user between does not count; 0: any
  bool from_visit_start = false;  ///< from the first product of a visit to others of that visit
  double last_days = 0;           ///< both events this near to as_of; 0: the whole log
};

}  // namespace vitrina::models
