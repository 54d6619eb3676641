#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

#include "core/action.hpp"
#include "core/time.hpp"

namespace vitrina {

/// Half-lives at which traces are summed; own-history rules choose among them.
inline constexpr std::array<double, 7> kHalfLivesDays{1.0 / 24, 0.25, 1, 2, 4, 8, 16};
inline constexpr std::size_t kHalfLifeCount = kHalfLivesDays.size();

/// 2^(-age / half-life).
inline float decay(TimeUs age, double half_life_days) {
  return static_cast<float>(std::exp2(-to_days(age) / half_life_days));
}

namespace detail {

/// 2^52: a double of that size has no bits behind the point, so that adding it to a smaller number
/// rounds that to the nearest integer, which is then found in the low bits.
inline constexpr double kToInteger = 4503599627370496.0;
inline constexpr auto kToIntegerBits = std::bit_cast<std::uint64_t>(kToInteger);
/// The same for negative numbers.
inline constexpr double kToSigned = 1.5 * kToInteger;

/// A half-life as fast_decay() wants it.
struct HalfLife {
  explicit HalfLife(double days)
      // 2^-1000 is no float any more but still a double
      : oldest(static_cast<TimeUs>(
            std::min(1000 * days * static_cast<double>(kUsPerDay), kToInteger / 2))),
        per_microsecond(-1 / (days * static_cast<double>(kUsPerDay))) {}

  TimeUs oldest;  ///< of the ages that it may be asked for; older ones are as good as forgotten
  double per_microsecond;
};

/// 2^x for -0.5 <= x <= 0.5 by its Taylor series, to 1e-11 of itself.
template <class Real>
Real exp2_near_zero(Real x) {
  const Real y = x * std::numbers::ln2;
  Real sum = y * (1.0 / 362880) + 1.0 / 40320;
  sum = sum * y + 1.0 / 5040;
  sum = sum * y + 1.0 / 720;
  sum = sum * y + 1.0 / 120;
  sum = sum * y + 1.0 / 24;
  sum = sum * y + 1.0 / 6;
  sum = sum * y + 0.5;
  sum = sum * y + 1.0;
  return sum * y + 1.0;
}

/// 2^(age * per_microsecond) of an unsigned number, or of a vector of them: it has no branch, and
/// no conversion that vectors have not.
template <class Age, class Real>
Real fast_decay(Age age, Real per_microsecond) {
  const Real power = (std::bit_cast<Real>(age | kToIntegerBits) - kToInteger) * per_microsecond;
  const Real shifted = power + kToSigned;
  const Real whole = shifted - kToSigned;
  const Age exponent = std::bit_cast<Age>(shifted) + 1023;  // the low bits matter
  const auto scale = std::bit_cast<Real>(exponent << 52U);
  return exp2_near_zero(power - whole) * scale;
}

}  // namespace detail

/// The same in doubles for many ages from 0 on, below 2^51 microseconds, to 1e-11 of itself:
/// several at a time, without a call for each.
void decay_all(std::span<const TimeUs> ages, double half_life_days, std::span<double> out);

/// The decays of one age by several half-lives, computed side by side: to the bit as decay_all().
class AgeDecays {
 public:
  /// Doubles of a vector register.
  static constexpr std::size_t kLanes = 4;
  /// Half-lives that it can hold: the last of the decays is always 1.
  static constexpr std::size_t kMost = 2 * kLanes - 1;
  using Reals __attribute__((vector_size(kLanes * sizeof(double)))) = double;

  /// The decay by every half-life in turn, ones where there is none.
  struct Values {
    Reals first;
    Reals second;  ///< all ones unless there are more than three half-lives
  };

  explicit AgeDecays(std::span<const double> half_lives_days);

  /// Whether the second four are asked for at all.
  [[nodiscard]] bool has_second() const { return has_second_; }
  /// Position among the values of one that is always 1.
  [[nodiscard]] std::size_t none() const { return has_second_ ? kMost : kLanes - 1; }

  [[nodiscard]] Values of(TimeUs age) const {
    return {groups_[0].decays(age), has_second_ ? groups_[1].decays(age) : Reals{1, 1, 1, 1}};
  }

 private:
  using Ages __attribute__((vector_size(kLanes * sizeof(TimeUs)))) = TimeUs;
  using Bits __attribute__((vector_size(kLanes * sizeof(std::uint64_t)))) = std::uint64_t;

  struct Group {
    Ages oldest{};  // at an age of 0 everything is 1
    Reals per_microsecond{};

    [[nodiscard]] Reals decays(TimeUs age) const {
      const Ages ages = {age, age, age, age};
      const auto clamped = std::bit_cast<Bits>(ages < oldest ? ages : oldest);
      return detail::fast_decay(clamped, per_microsecond);
    }
  };

  std::array<Group, 2> groups_;
  bool has_second_;
};

/// Sums of decayed events of one user on one product: [action slot][half-life].
using DecaySums = std::array<std::array<float, kHalfLifeCount>, kProductActionCount>;

/// A rule «score = sum over actions of weight x decayed count at the action's half-life».
struct DecayRule {
  std::array<float, kProductActionCount> weight{1.0F, 3.0F, 6.0F, -3.0F, 1.0F, 3.0F};
  std::array<std::size_t, kProductActionCount> half_life{2, 3, 3, 3, 2, 3};

  [[nodiscard]] float score(const DecaySums& sums) const {
    float total = 0;
    for (std::size_t a = 0; a < kProductActionCount; ++a)
      total += weight[a] * sums[a][half_life[a]];
    return total;
  }
};

}  // namespace vitrina
