#include "ranking/sampler.hpp"

#include <algorithm>

namespace vitrina::ranking {
namespace {

/// Of a kept user at least this share of the rows is kept: features cost the whole list anyway.
constexpr double kLeastRowShare = 0.25;

/// Most of what is bought was touched before, so that the order of the touched rows decides most:
/// they are kept this much likelier than the rest.
constexpr double kTouchedBoost = 4;

constexpr double kLeastUntouchedShare = 0.01;

}  // namespace

Sampler::Sampler(const Shop& shop, std::uint64_t seed, TimeUs cut, double budget,
                 const RowCount& buyers, const RowCount& others)
    : shop_(shop), salt_(mix64(seed, static_cast<std::uint64_t>(cut))) {
  if (buyers.all() + others.all() <= budget) return;
  // as many users as fit with a quarter of their rows, but about as many others as buyers
  const double fitting = (budget / kLeastRowShare - buyers.all()) / std::max(1.0, others.all());
  const double balanced = buyers.all() / std::max(1.0, others.all());
  user_share_ = std::min(1.0, std::max(fitting, balanced));
  const double touched = buyers.touched + user_share_ * others.touched;
  const double untouched = buyers.untouched + user_share_ * others.untouched;
  const double row_share = std::min(1.0, budget / std::max(1.0, touched + untouched));
  touched_share_ = std::min(1.0, kTouchedBoost * row_share);
  const double rest = row_share * (touched + untouched) - touched_share_ * touched;
  untouched_share_ = std::clamp(rest / std::max(1.0, untouched), kLeastUntouchedShare, 1.0);
}

bool Sampler::keeps_user(UserIdx user, bool is_buyer) const {
  if (is_buyer) return true;
  const auto hash = mix64(hash_text(shop_.users.external(user)), salt_);
  return unit_interval(hash) < user_share_;
}

bool Sampler::keeps_row(UserIdx user, ItemIdx item, bool is_touched) const {
  const auto pair =
      mix64(hash_text(shop_.users.external(user)), hash_text(shop_.items.external(item)));
  return unit_interval(mix64(pair, salt_)) < (is_touched ? touched_share_ : untouched_share_);
}

float Sampler::user_weight(bool is_buyer) const {
  return is_buyer ? 1.0F : static_cast<float>(1.0 / user_share_);
}

float Sampler::row_weight(bool is_buyer, bool is_bought, bool is_touched) const {
  if (is_bought) return 1.0F;
  const double row_share = is_touched ? touched_share_ : untouched_share_;
  return static_cast<float>(is_buyer ? 1.0 / row_share : 1.0 / (user_share_ * row_share));
}

}  // namespace vitrina::ranking
