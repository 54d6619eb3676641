#pragma once

#include <cstdint>

#include "core/rng.hpp"
#include "data/shop.hpp"

namespace vitrina::ranking {

/// About how many rows some users have before any is dropped.
struct RowCount {
  double touched = 0;    ///< the user had something to do with the product
  double untouched = 0;  ///< somebody else did

  [[nodiscard]] double all() const { return touched + untouched; }
};

/// Which users and rows of a fold are kept. Decided by hashes of the external ids, so that the
/// same user or pair is kept whatever else is in the log.
class Sampler {
 public:
  /// Aims at `budget` rows out of those of the users who bought something and of the others.
  Sampler(const Shop& shop, std::uint64_t seed, TimeUs cut, double budget, const RowCount& buyers,
          const RowCount& others);

  /// Users who bought something are always kept.
  [[nodiscard]] bool keeps_user(UserIdx user, bool is_buyer) const;
  /// Bought rows are always kept.
  [[nodiscard]] bool keeps_row(UserIdx user, ItemIdx item, bool is_touched) const;

  /// What a kept one stands for.
  [[nodiscard]] float user_weight(bool is_buyer) const;
  [[nodiscard]] float row_weight(bool is_buyer, bool is_bought, bool is_touched) const;

 private:
  const Shop& shop_;
  std::uint64_t salt_;
  double user_share_ = 1;       ///< of the users who bought nothing
  double touched_share_ = 1;    ///< of a kept user's touched rows that were not bought
  double untouched_share_ = 1;  ///< and of the untouched ones
};

}  // namespace vitrina::ranking
