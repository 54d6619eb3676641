#pragma once

#include <vector>

#include "candidates/generator.hpp"
#include "candidates/votes.hpp"

namespace vitrina::candidates {

/// The neighbours of the user's last products by the sum of their votes: a product votes with its
/// decay times the neighbour's weight. `neighbours_of` answers the neighbours of a product as a
/// span of ScoredItem; `Config` has limit, recent_products and half_life_days.
template <class NeighboursOf, class Config>
void vote_by_neighbours(const NeighboursOf& neighbours_of, const GeneratorContext& context,
                        const Config& config, const UserHistory& history,
                        std::vector<ScoredItem>& out) {
  for (const Touch* touch :
       recent_touches(history, static_cast<std::size_t>(config.recent_products))) {
    const float vote = decay(context.as_of - touch->last_time, config.half_life_days);
    for (const auto& entry : neighbours_of(touch->item)) {
      const float score = vote * entry.score;
      if (score > 0 && context.is_allowed(entry.id)) out.push_back({entry.id, score});
    }
  }
  sum_votes(out);
  keep_top_k(out, static_cast<std::size_t>(config.limit));
}

}  // namespace vitrina::candidates
