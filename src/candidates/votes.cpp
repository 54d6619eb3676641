#include "candidates/votes.hpp"

namespace vitrina::candidates {

void sum_votes(std::vector<ScoredItem>& votes) { sum_equal(votes); }

}  // namespace vitrina::candidates
