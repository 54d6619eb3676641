#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/action.hpp"
#include "core/time.hpp"

namespace vitrina {

/// The actions that name a product and so leave a trace on the pair of user and product.
inline constexpr std::array<Action, 6> kProductActions{Action::kView,      Action::kLike,
                                                       Action::kBasketAdd, Action::kBasketDelete,
                                                       Action::kOrder,     Action::kBasketPage};
inline constexpr std::size_t kProductActionCount = kProductActions.size();

/// Position of an action in kProductActions, or kProductActionCount for the others.
constexpr std::size_t product_action_slot(Action action) {
  for (std::size_t s = 0; s < kProductActionCount; ++s) {
    if (kProductActions[s] == action) return s;
  }
  return kProductActionCount;
}

/// Whether an action shows interest in its product: deletes and clears show none, and basket pages
/// repeat what the basket said.
constexpr bool shows_interest(Action action) {
  return action == Action::kView || action == Action::kLike || action == Action::kBasketAdd ||
         action == Action::kOrder;
}

/// Half-lives at which traces are summed; own-history rules choose among them.
inline constexpr std::array<double, 7> kHalfLivesDays{1.0 / 24, 0.25, 1, 2, 4, 8, 16};
inline constexpr std::size_t kHalfLifeCount = kHalfLivesDays.size();

/// 2^(-age / half-life).
inline float decay(TimeUs age, double half_life_days) {
  return static_cast<float>(std::exp2(-to_days(age) / half_life_days));
}

/// The same for many ages from 0 on, below 2^51 microseconds, to the last bit but for rare
/// roundings of the last but one: several at a time, without a call for each.
void decay_all(std::span<const TimeUs> ages, double half_life_days, std::span<float> out);

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
