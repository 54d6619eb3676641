#pragma once

#include <vector>

#include "candidates/generator.hpp"
#include "candidates/votes.hpp"

namespace vitrina::candidates {

/// The neighbours of the user's last products in every one of `n_matrices` matrices of `model`,
/// by the sum of their votes. `Config` has limit, recent_products and half_life_days.
template <class Model, class Config>
void vote_by_matrices(const Model& model, std::size_t n_matrices, const GeneratorContext& context,
                      const Config& config, const UserHistory& history,
                      std::vector<ScoredItem>& out) {
  const auto recent = recent_touches(history, static_cast<std::size_t>(config.recent_products));
  for (const Touch* touch : recent) {
    const float vote = decay(context.as_of - touch->last_time, config.half_life_days);
    for (std::size_t m = 0; m < n_matrices; ++m) {
      for (const auto& entry : model.neighbours(m, touch->item)) {
        const float score = vote * entry.score;
        if (score > 0 && context.is_allowed(entry.id)) out.push_back({entry.id, score});
      }
    }
  }
  sum_votes(out);
  keep_top_k(out, static_cast<std::size_t>(config.limit));
}

}  // namespace vitrina::candidates
