#include "data/decay.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace vitrina {
void decay_all(std::span<const TimeUs> ages, double half_life_days, std::span<double> out) {
  VITRINA_CHECK(ages.size(), ==, out.size());
  const detail::HalfLife half_life(half_life_days);
  for (std::size_t i = 0; i < ages.size(); ++i) {
    // no branch: the compiler makes four a step of it
    const auto age = static_cast<std::uint64_t>(std::min(ages[i], half_life.oldest));
    out[i] = detail::fast_decay(age, half_life.per_microsecond);
  }
}

AgeDecays::AgeDecays(std::span<const double> half_lives_days)
    : has_second_(half_lives_days.size() >= kLanes) {
  VITRINA_CHECK(half_lives_days.size(), <=, kMost);
  for (std::size_t h = 0; h < half_lives_days.size(); ++h) {
    const detail::HalfLife half_life(half_lives_days[h]);
    groups_[h / kLanes].oldest[h % kLanes] = half_life.oldest;
    groups_[h / kLanes].per_microsecond[h % kLanes] = half_life.per_microsecond;
  }
}

}  // namespace vitrina
