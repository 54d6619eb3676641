#pragma once

#include <string_view>

#include "core/action.hpp"

namespace vitrina::models {

/// Which events a co-visitation matrix joins, and what a pair is worth: 2^(-distance in time /
/// half-life).
struct CovisitationSpec {
  std::string_view name;
  bool (*from)(Action);    ///< which actions of the first product; it shows interest
  bool (*to)(Action);      ///< and of the second
  bool is_directed;        ///< the second event comes after the first in the log's order
  double window_days;      ///< events further apart do not count
  double half_life_hours;  ///< 0: distance in time does not matter
};

}  // namespace vitrina::models
