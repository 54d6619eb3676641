#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "metrics/user_lists.hpp"

namespace vitrina::metrics {

/// What may be sent at most.
struct CeilingLimits {
  std::size_t max_users = std::numeric_limits<std::size_t>::max();
  std::size_t k = std::numeric_limits<std::size_t>::max();
};

/// What no choice out of the candidates can exceed.
struct Ceiling {
  std::uint64_t bought = 0;     ///< bought pairs
  std::uint64_t found = 0;      ///< bought pairs among the candidates, whatever the limits
  double share_of_pairs = 0.0;  ///< found / bought; NaN without purchases
  double recall = 0.0;          ///< reading A of the best choice with hindsight; NaN likewise
};

/// The ceiling of candidate lists: a perfect ranking sends, of each buyer, up to `k` found
/// products, to the `max_users` buyers where that helps most. The order of the lists is ignored.
Ceiling ceiling(const UserLists& bought, const UserLists& candidates,
                const CeilingLimits& limits = {});

}  // namespace vitrina::metrics
