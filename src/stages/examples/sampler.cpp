#include "stages/examples/sampler.hpp"

#include <algorithm>

namespace vitrina::stages::examples {
namespace {

/// Of a kept user at least this share of the rows is kept: features cost the whole list anyway.
constexpr double kLeastRowShare = 0.25;

}  // namespace

Sampler::Sampler(const Shop& shop, std::uint64_t seed, TimeUs cut, double budget, double n_rows)
    : shop_(shop), salt_(mix64(seed, static_cast<std::uint64_t>(cut))) {
  const double share = n_rows <= budget ? 1.0 : budget / n_rows;
  user_share_ = std::min(1.0, share / kLeastRowShare);
  row_share_ = share / user_share_;
}

bool Sampler::keeps_user(UserIdx user, bool is_buyer) const {
  if (is_buyer) return true;
  const auto hash = mix64(hash_text(shop_.users.external(user)), salt_);
  return unit_interval(hash) < user_share_;
}

bool Sampler::keeps_row(UserIdx user, ItemIdx item) const {
  const auto pair =
      mix64(hash_text(shop_.users.external(user)), hash_text(shop_.items.external(item)));
  return unit_interval(mix64(pair, salt_)) < row_share_;
}

float Sampler::user_weight(bool is_buyer) const {
  return is_buyer ? 1.0F : static_cast<float>(1.0 / user_share_);
}

float Sampler::row_weight(bool is_buyer, bool is_bought) const {
  if (is_bought) return 1.0F;
  return static_cast<float>(is_buyer ? 1.0 / row_share_ : 1.0 / (user_share_ * row_share_));
}

}  // namespace vitrina::stages::examples
