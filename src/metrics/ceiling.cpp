#include "metrics/ceiling.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include "metrics/recall.hpp"

namespace vitrina::metrics {

Ceiling ceiling(const UserLists& bought, const UserLists& candidates, const CeilingLimits& limits) {
  const auto results = judge(bought, candidates, std::numeric_limits<std::size_t>::max());
  Ceiling result;
  std::vector<double> recalls;
  for (const UserResult& user : results) {
    if (!user.is_buyer()) continue;
    result.bought += user.n_bought;
    result.found += user.n_hits;
    recalls.push_back(static_cast<double>(std::min<std::size_t>(user.n_hits, limits.k)) /
                      static_cast<double>(user.n_bought));
  }
  std::sort(recalls.begin(), recalls.end(), std::greater<>());
  double sum = 0.0;
  for (std::size_t i = 0; i < std::min(limits.max_users, recalls.size()); ++i) sum += recalls[i];
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  result.share_of_pairs =
      result.bought == 0 ? kNan
                         : static_cast<double>(result.found) / static_cast<double>(result.bought);
  result.recall = recalls.empty() ? kNan : sum / static_cast<double>(recalls.size());
  return result;
}

}  // namespace vitrina::metrics
