#include "data/decay.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numbers>

#include "core/check.hpp"

namespace vitrina {
namespace {

/// 2^52: a double of that size has no bits behind the point, so that adding it to a smaller number
/// rounds that to the nearest integer, which is then found in the low bits.
constexpr double kToInteger = 4503599627370496.0;
constexpr auto kToIntegerBits = std::bit_cast<std::uint64_t>(kToInteger);
/// The same for negative numbers.
constexpr double kToSigned = 1.5 * kToInteger;

/// 2^x for -0.5 <= x <= 0.5 by its Taylor series, to 1e-11 of itself.
double exp2_near_zero(double x) {
  const double y = x * std::numbers::ln2;
  double sum = 1.0 / 362880;
  sum = sum * y + 1.0 / 40320;
  sum = sum * y + 1.0 / 5040;
  sum = sum * y + 1.0 / 720;
  sum = sum * y + 1.0 / 120;
  sum = sum * y + 1.0 / 24;
  sum = sum * y + 1.0 / 6;
  sum = sum * y + 0.5;
  sum = sum * y + 1;
  return sum * y + 1;
}

}  // namespace

void decay_all(std::span<const TimeUs> ages, double half_life_days, std::span<float> out) {
  VITRINA_CHECK(ages.size(), ==, out.size());
  const double half_life = half_life_days * static_cast<double>(kUsPerDay);
  const double per_microsecond = -1 / half_life;
  // 2^-1000 is no float any more but still a double; kept in integers, since a choice between two
  // doubles is a branch to the compiler
  const auto oldest = static_cast<TimeUs>(std::min(1000 * half_life, kToInteger / 2));
  for (std::size_t i = 0; i < ages.size(); ++i) {
    // no branch and no conversion that vectors have not: the compiler makes four a step of it
    const auto age = static_cast<std::uint64_t>(std::min(ages[i], oldest));
    const double power =
        (std::bit_cast<double>(age | kToIntegerBits) - kToInteger) * per_microsecond;
    const double shifted = power + kToSigned;
    const double whole = shifted - kToSigned;
    const auto exponent = std::bit_cast<std::uint64_t>(shifted) + 1023;  // the low bits matter
    const auto scale = std::bit_cast<double>(exponent << 52U);
    out[i] = static_cast<float>(exp2_near_zero(power - whole) * scale);
  }
}

}  // namespace vitrina
