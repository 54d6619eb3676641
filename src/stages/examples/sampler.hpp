#pragma once

#include <cstdint>

#include "core/rng.hpp"
#include "data/shop.hpp"

namespace vitrina::stages::examples {

/// Which users and rows of a fold are kept. Decided by hashes of the external ids, so that the
/// same user or pair is kept whatever else is in the log.
class Sampler {
 public:
  /// Aims at `budget` rows out of about `n_rows`.
  Sampler(const Shop& shop, std::uint64_t seed, TimeUs cut, double budget, double n_rows);

  /// Users who bought something are always kept.
  [[nodiscard]] bool keeps_user(UserIdx user, bool is_buyer) const;
  /// Bought rows are always kept.
  [[nodiscard]] bool keeps_row(UserIdx user, ItemIdx item) const;

  /// What a kept one stands for.
  [[nodiscard]] float user_weight(bool is_buyer) const;
  [[nodiscard]] float row_weight(bool is_buyer, bool is_bought) const;

 private:
  const Shop& shop_;
  std::uint64_t salt_;
  double user_share_;  ///< of the users who bought nothing
  double row_share_;   ///< of the rows of a kept user that were not bought
};

}  // namespace vitrina::stages::examples
