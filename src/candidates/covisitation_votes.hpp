#pragma once

#include <vector>

#include "candidates/generator.hpp"
#include "candidates/neighbour_votes.hpp"

namespace vitrina::candidates {

/// The neighbours of the user's last products in every one of `n_matrices` matrices of `model`,
/// by the sum of their votes. `Config` has limit, recent_products and half_life_days.
template <class Model, class Config>
void vote_by_matrices(const Model& model, std::size_t n_matrices, const Config& config,
                      const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                      Scratch& scratch) {
  vote_by_lists(
      [&](ItemIdx item, const auto& vote) {
        for (std::size_t m = 0; m < n_matrices; ++m) vote(model.neighbours(m, item));
      },
      config, query, history, out, scratch);
}

}  // namespace vitrina::candidates
