#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/topk.hpp"
#include "models/dense_kernels.hpp"

namespace vitrina::models {

/// Inner product of two rows in whole lanes.
inline float dot(std::span<const float> a, std::span<const float> b) {
  return dot(a.data(), b.data(), a.size());
}

/// Scales every row of a row-major matrix to length 1; rows of zeros stay.
void make_unit_length(std::vector<float>& rows, std::size_t stride);

/// Of every row the `k` others with the largest inner products above 0, best first, by comparing
/// all with all: O(n^2 x stride). `rows` is row-major, `stride` a multiple of kLanes.
std::vector<std::vector<Scored<std::uint32_t>>> nearest_rows(std::span<const float> rows,
                                                             std::size_t stride, std::size_t k,
                                                             int threads);

}  // namespace vitrina::models
