#include "candidates/votes.hpp"

namespace vitrina::candidates {

void sum_votes(std::vector<ScoredItem>& votes, ItemPlaces& places) {
  places.reset(votes.size());
  for (const auto vote : votes) {
    const std::size_t n_places = places.size();
    const auto place = places.add(vote.id);
    if (place == n_places) {
      votes[place] = vote;  // at or before where the vote stands
    } else {
      votes[place].score += vote.score;
    }
  }
  votes.resize(places.size());
}

}  // namespace vitrina::candidates
