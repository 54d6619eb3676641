#include "candidates/votes.hpp"

#include <algorithm>

namespace vitrina::candidates {

void sum_votes(std::vector<ScoredItem>& votes) {
  std::stable_sort(votes.begin(), votes.end(),
                   [](const ScoredItem& a, const ScoredItem& b) { return a.id < b.id; });
  std::size_t n = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    if (n > 0 && votes[n - 1].id == votes[i].id) {
      votes[n - 1].score += votes[i].score;
    } else {
      votes[n++] = votes[i];
    }
  }
  votes.resize(n);
}

}  // namespace vitrina::candidates
