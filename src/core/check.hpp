#pragma once

#include <fmt/format.h>

#include "core/error.hpp"

/// Throws an internal error that shows both values when `a op b` does not hold.
/// For broken invariants only: no user input may reach it.
#define VITRINA_CHECK(a, op, b)                                                                    \
  do {                                                                                             \
    const auto& check_left_ = (a);                                                                 \
    const auto& check_right_ = (b);                                                                \
    if (!(check_left_ op check_right_)) {                                                          \
      throw ::vitrina::Error(::vitrina::ErrorCode::kInternal,                                      \
                             fmt::format("{}:{}: {} {} {} does not hold: {} against {}", __FILE__, \
                                         __LINE__, #a, #op, #b, check_left_, check_right_));       \
    }                                                                                              \
  } while (false)
