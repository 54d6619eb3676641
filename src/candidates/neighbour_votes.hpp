#pragma once

#include <span>
#include <vector>

#include "candidates/generator.hpp"
#include "candidates/votes.hpp"

namespace vitrina::candidates {

/// The neighbours of the user's last products by the sum of their votes: a product votes with its
/// decay times the neighbour's weight. `each_list(product, vote)` calls `vote` with every list of
/// neighbours (a span of ScoredItem) the product has; `Config` has limit, recent_products and
/// half_life_days.
template <class EachList, class Config>
void vote_by_lists(const EachList& each_list, const Config& config, const Query& query,
                   const UserHistory& history, std::vector<ScoredItem>& out, Scratch& scratch) {
  const auto newest = history.newest(static_cast<std::size_t>(config.recent_products));
  // lists lie anywhere in memory: those of the next product are on their way meanwhile
  const auto fetch = [](std::span<const ScoredItem> neighbours) {
    constexpr std::size_t kLine = 64 / sizeof(ScoredItem);
    for (std::size_t i = 0; i < neighbours.size(); i += kLine) __builtin_prefetch(&neighbours[i]);
  };
  if (!newest.empty()) each_list(history.touches[newest[0]].item, fetch);
  for (std::size_t n = 0; n < newest.size(); ++n) {
    if (n + 1 < newest.size()) each_list(history.touches[newest[n + 1]].item, fetch);
    const Touch& touch = history.touches[newest[n]];
    const float weight = decay(query.as_of - touch.last_time, config.half_life_days);
    each_list(touch.item, [&](std::span<const ScoredItem> neighbours) {
      for (const auto& entry : neighbours) {
        const float score = weight * entry.score;
        if (score > 0 && query.filter.allows(entry.id)) out.push_back({entry.id, score});
      }
    });
  }
  sum_votes(out, scratch.places);
  keep_top_k(out, static_cast<std::size_t>(config.limit), scratch.keys);
}

}  // namespace vitrina::candidates
