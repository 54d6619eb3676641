#pragma once

#include <cstdint>
#include <span>

#include "core/ids.hpp"

namespace vitrina::metrics {

/// What lists found of what was bought, added up over buyers and windows. Unlike ceiling() it
/// knows no limit of users: every buyer counts with the whole list.
struct CeilingTally {
  std::uint64_t buyers = 0;
  std::uint64_t bought = 0;      ///< bought pairs
  std::uint64_t found = 0;       ///< of them in the buyer's list
  std::uint64_t bought_new = 0;  ///< bought pairs that the buyer had not touched before
  std::uint64_t found_new = 0;   ///< of them in the buyer's list
  std::uint64_t listed = 0;      ///< products in all lists
  double recall_sum = 0;         ///< found / bought, over buyers

  /// One buyer's list, distinct, in any order. `bought` and `touched` are ascending and distinct;
  /// `bought` is not empty.
  void add(std::span<const ItemIdx> bought, std::span<const ItemIdx> touched,
           std::span<const ItemIdx> list);
  /// Another tally of other buyers or windows.
  void add(const CeilingTally& other);

  /// NaN where there is nothing to divide by.
  [[nodiscard]] double share_of_pairs() const;
  [[nodiscard]] double share_of_new_pairs() const;
  [[nodiscard]] double recall() const;  ///< mean over buyers: reading A if all of it were sent
  [[nodiscard]] double mean_list() const;
};

}  // namespace vitrina::metrics
