#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <string_view>

#include "core/error.hpp"

/// Weights in [0, 1] as whole numbers of 2^-32: sums of them are the same in any order and however
/// they are dealt to parts, which sums of floats are not. A weight is off by 2^-33 at most; a float
/// sum that has reached 256 rounds every addend to 2^-15.
namespace vitrina::models::fixed_point {

inline constexpr double kOne = 4294967296.0;  // 2^32

/// Addends that a sum is certain to hold: each is 2^32 at most.
inline constexpr std::uint64_t kMaxAddends = (std::uint64_t{1} << 31U) - 1;

/// 1.5 * 2^20: the last bit of a double of that size stands for 2^-32, so that adding it to a
/// weight rounds that to the nearest unit, which is then found in the low bits.
inline constexpr double kShift = 1572864.0;

/// Also of a vector of doubles, whose `Units` are a vector of std::int64_t.
template <class Units = std::int64_t, class Real>
Units from_weight(Real weight) {
  return std::bit_cast<Units>(weight + kShift) - std::bit_cast<std::int64_t>(kShift);
}

inline double to_weight(std::uint64_t units) { return static_cast<double>(units) / kOne; }

/// Sums in units of 2^-62, where small weights must stay apart: they hold more weights than can be
/// counted.
__extension__ using Fine = unsigned __int128;

inline Fine fine_from_weight(double weight) {
  return static_cast<Fine>(static_cast<std::int64_t>(weight * 0x1p62));
}

inline double to_weight(Fine units) { return static_cast<double>(units) * 0x1p-62; }

/// Throws Error(kOutOfResources) where a sum of `n` weights might not hold them; `of` is what they
/// are.
inline void check_addends(std::uint64_t n, std::string_view of) {
  if (n > kMaxAddends) {
    throw Error(
        ErrorCode::kOutOfResources,
        fmt::format("{} {}, and no more than {} can be summed exactly; fit on a shorter log", n, of,
                    kMaxAddends));
  }
}

}  // namespace vitrina::models::fixed_point
