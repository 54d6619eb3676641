#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/topk.hpp"

namespace vitrina::models {

/// Numbers that are summed side by side: rows of vectors are padded with zeros to a multiple.
inline constexpr std::size_t kLanes = 8;

constexpr std::size_t padded(std::size_t dimensions) {
  return (dimensions + kLanes - 1) / kLanes * kLanes;
}

/// Inner product of two padded rows; the order of the sum is fixed.
inline float dot(std::span<const float> a, std::span<const float> b) {
  float lanes[kLanes] = {};
  for (std::size_t d = 0; d < a.size(); d += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += a[d + l] * b[d + l];
  }
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

/// Scales every row of a row-major matrix to length 1; rows of zeros stay.
void make_unit_length(std::vector<float>& rows, std::size_t stride);

/// Of every row the `k` others with the largest inner products above 0, best first, by comparing
/// all with all: O(n^2 x stride). `rows` is row-major, `stride` a multiple of kLanes.
std::vector<std::vector<Scored<std::uint32_t>>> nearest_rows(std::span<const float> rows,
                                                             std::size_t stride, std::size_t k,
                                                             int threads);

}  // namespace vitrina::models
