#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/decay.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

/// The touched pairs of all windows, by window and user, with what they were worth.
struct TouchedPairs {
  struct Owner {
    std::size_t begin;
    std::size_t end;
    float weight;  ///< how many users it stands for
    bool is_buyer;
  };
  struct Window {
    std::size_t first_owner;
    std::size_t last_owner;
  };
  /// [action slot][half-life], by pair: a rule reads one column a slot from end to end.
  std::array<std::array<std::vector<float>, kHalfLifeCount>, kProductActionCount> sums;
  std::vector<float> gain;  ///< 1 / |bought| where the pair was bought, else 0
  std::vector<Owner> owners;
  std::vector<Window> windows;
  std::uint64_t n_buyers = 0;  ///< all buyers, also those with no history

  [[nodiscard]] std::size_t size() const { return gain.size(); }
};

/// How much is kept to learn from.
struct PairLimits {
  int max_windows;  ///< label windows, newest first
  int max_pairs;    ///< about so many at most: users without a purchase are sampled
};

/// The pairs at the cuts of the label windows that end at or before `context.as_of`. Which users
/// are sampled depends on their ids alone; the order does not depend on the number of threads.
TouchedPairs collect_touched_pairs(const FitContext& context, const PairLimits& limits);

}  // namespace vitrina::models
