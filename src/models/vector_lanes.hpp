#pragma once

#include <cstddef>
#include <cstdint>

#include "models/dense_kernels.hpp"

#if defined(__FMA__) || defined(__AVX2__)
#include <immintrin.h>
#endif

// Vectors never cross the borders of a file, so how a platform would pass them is no matter.
#pragma GCC diagnostic ignored "-Wpsabi"

/// What kernels are made of: kLanes floats at a time.
namespace vitrina::models::lanes {

// the compiler's own vectors: one instruction where the machine has eight lanes, more where not
using Vec = float __attribute__((vector_size(kLanes * sizeof(float))));

inline Vec load(const float* from) {
  Vec v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

inline void store(Vec v, float* to) { __builtin_memcpy(to, &v, sizeof v); }

inline Vec all(float x) { return Vec{x, x, x, x, x, x, x, x}; }

/// a * b + c, rounded once.
inline Vec fma(Vec a, Vec b, Vec c) {
#ifdef __FMA__
  return _mm256_fmadd_ps(a, b, c);
#else
  for (std::size_t l = 0; l < kLanes; ++l) c[l] = __builtin_fmaf(a[l], b[l], c[l]);
  return c;
#endif
}

/// A bit for every lane of v that is not below that of `limit`; the first lane's is the lowest.
inline unsigned not_below(Vec v, Vec limit) {
#ifdef __FMA__
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(v, limit, _CMP_GE_OQ)));
#else
  unsigned bits = 0;
  for (std::size_t l = 0; l < kLanes; ++l) bits |= (v[l] >= limit[l] ? 1U : 0U) << l;
  return bits;
#endif
}

/// Lane l is lane `from[l]` of v.
inline Vec pick(Vec v, const std::int32_t* from) {
#ifdef __AVX2__
  return _mm256_permutevar8x32_ps(v, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
#else
  Vec picked;
  for (std::size_t l = 0; l < kLanes; ++l) picked[l] = v[from[l]];
  return picked;
#endif
}

}  // namespace vitrina::models::lanes
