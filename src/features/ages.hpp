#pragma once

#include <cmath>
#include <limits>

#include "core/time.hpp"

namespace vitrina::features {

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Hours from `time` to `as_of`; unknown where it never happened.
inline float age_hours(TimeUs as_of, TimeUs time) {
  return time == kNoTime ? kUnknown : static_cast<float>(to_hours(as_of - time));
}

/// a / b, unknown where b is 0.
inline float ratio(float a, float b) { return b == 0 ? kUnknown : a / b; }

}  // namespace vitrina::features
