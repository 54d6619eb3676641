#pragma once

#include <array>
#include <cstddef>

namespace vitrina::ranking {

/// Floats of a vector register.
inline constexpr std::size_t kLanes = 8;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));

/// Turns rows into columns: values[i][j] becomes values[j][i].
inline void transpose(std::array<Floats, kLanes>& values) {
  const auto [a, b, c, d, e, f, g, h] = values;
  // pairs of rows, then fours, then all eight
  const auto low = [](Floats x, Floats y) {
    return __builtin_shufflevector(x, y, 0, 8, 1, 9, 4, 12, 5, 13);
  };
  const auto high = [](Floats x, Floats y) {
    return __builtin_shufflevector(x, y, 2, 10, 3, 11, 6, 14, 7, 15);
  };
  const auto even = [](Floats x, Floats y) {
    return __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13);
  };
  const auto odd = [](Floats x, Floats y) {
    return __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
  };
  const std::array<Floats, kLanes / 2> first{even(low(a, b), low(c, d)), odd(low(a, b), low(c, d)),
                                             even(high(a, b), high(c, d)),
                                             odd(high(a, b), high(c, d))};
  const std::array<Floats, kLanes / 2> second{even(low(e, f), low(g, h)), odd(low(e, f), low(g, h)),
                                              even(high(e, f), high(g, h)),
                                              odd(high(e, f), high(g, h))};
  for (std::size_t i = 0; i < kLanes / 2; ++i) {
    values[i] = __builtin_shufflevector(first[i], second[i], 0, 1, 2, 3, 8, 9, 10, 11);
    values[i + kLanes / 2] =
        __builtin_shufflevector(first[i], second[i], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

}  // namespace vitrina::ranking
