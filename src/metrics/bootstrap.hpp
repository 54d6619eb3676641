#pragma once

#include <cstdint>
#include <span>

#include "metrics/recall.hpp"

namespace vitrina::metrics {

struct BootstrapConfig {
  int n_draws = 2000;      ///< at least 1
  std::uint64_t seed = 1;  ///< draw d reads stream d of this seed
  double level = 0.95;     ///< share of the draws inside an interval, in (0, 1)
  int threads = 1;         ///< changes nothing but the time; 0: every processor
};

/// Ends of a percentile interval (quantiles interpolated linearly); NaN when no draw had a value.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// How far one answer is ahead of another on the same users.
struct Difference {
  double value = 0.0;        ///< first minus second
  Interval interval;         ///< of the difference
  double share_above = 0.0;  ///< share of the draws in which it is above 0

  /// Whether the interval leaves out 0: a difference inside it says nothing.
  [[nodiscard]] bool is_beyond_interval() const { return interval.low > 0 || interval.high < 0; }
};

/// Percentile bootstrap (Efron, 1979) of the readings. What is drawn with replacement is users,
/// each with all the windows: one user's windows are not independent. Readings A, B and C draw
/// from the users who bought in any window (the same draws whatever was sent), precision from
/// those sent in any. Draws in which a reading is over nobody are left out of its interval.
PerReading<Interval> bootstrap(std::span<const UserResult> results, const BootstrapConfig& config);

/// The difference of two answers judged against the same purchases, from the same draws for both.
/// Throws Error(kBadData) when buyers, windows or the number of products bought differ.
PerReading<Difference> compare(std::span<const UserResult> first,
                               std::span<const UserResult> second, const BootstrapConfig& config);

}  // namespace vitrina::metrics
