#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "metrics/user_lists.hpp"

namespace vitrina::metrics {

/// What became of one user in one window: someone who bought, was sent, or both.
struct UserResult {
  UserIdx user;
  std::uint32_t cut = 0;       ///< which window; users repeat across windows
  std::uint32_t n_bought = 0;  ///< distinct products bought; 0: sent, but bought nothing
  std::uint32_t n_hits = 0;    ///< distinct products both bought and sent
  bool sent = false;

  [[nodiscard]] bool is_buyer() const { return n_bought > 0; }
  /// |sent and bought| / |bought|, with no cap at k in the denominator. For buyers only.
  [[nodiscard]] double recall() const {
    return static_cast<double>(n_hits) / static_cast<double>(n_bought);
  }

  friend bool operator==(const UserResult&, const UserResult&) = default;
};

/// One value for each way to read the metric.
template <class T>
struct PerReading {
  T a{};          ///< mean recall over all buyers, 0 for those not sent: the main reading
  T b{};          ///< mean recall over the buyers among the sent
  T c{};          ///< mean recall over the buyers with at least one hit
  T precision{};  ///< share of the sent who bought anything
};

struct Counts {
  std::uint64_t buyers = 0;       ///< buyer x window
  std::uint64_t sent = 0;         ///< sent user x window
  std::uint64_t buyers_sent = 0;  ///< buyers among the sent
  std::uint64_t buyers_hit = 0;   ///< buyers with at least one hit
  std::uint64_t bought = 0;       ///< bought pairs
  std::uint64_t hits = 0;         ///< bought pairs that were sent
};

/// The metric's value in each reading. A reading over nobody is NaN.
struct Readings {
  PerReading<double> value;
  Counts counts;
};

/// Holds the first `k` products of each sent list against what was bought. The result is ordered
/// by user and has everyone who bought or was sent. `bought` and `sent` hold each user at most
/// once, in any order; repeated products count once. Append the results of several windows
/// (each with its own `cut`) to pool them.
std::vector<UserResult> judge(const UserLists& bought, const UserLists& sent, std::size_t k,
                              std::uint32_t cut = 0);

/// The readings over all results: pooled windows give the mean over buyer x window.
Readings readings(std::span<const UserResult> results);

/// Reading A of one window with lists cut at 1, 2, ..., max_k products; NaN without buyers.
std::vector<double> recall_by_k(const UserLists& bought, const UserLists& sent, std::size_t max_k);

}  // namespace vitrina::metrics
