#include "models/own_history.hpp"

#include <utility>

#include "core/topk.hpp"
#include "models/own_history_objective.hpp"
#include "models/own_history_search.hpp"

namespace vitrina::models {

OwnHistory OwnHistory::finish(const FitContext& any, const OwnHistoryConfig& config,
                              Partial&& all) {
  OwnHistory model;
  if (all.n_buyers() < static_cast<std::uint64_t>(config.min_buyers)) return model;
  const auto pairs = std::move(all).sorted(any.threads);
  const OwnHistoryObjective objective(pairs, any);
  model.rule_ = search_decay_rule(objective, model.rule_, config.passes);
  model.n_buyers_ = pairs.n_buyers;
  return model;
}

std::vector<ScoredItem> OwnHistory::rank(const UserHistory& history, std::size_t limit) const {
  std::vector<ScoredItem> ranked;
  for (std::size_t t = 0; t < history.touches.size(); ++t) {
    const float score = rule_.score(history.sums[t]);
    if (score > 0) ranked.push_back({history.touches[t].item, score});
  }
  keep_top_k(ranked, limit);
  return ranked;
}

double OwnHistory::strength(const std::vector<ScoredItem>& scores, std::size_t k,
                            std::vector<ScoredItem>& scratch) {
  scratch.clear();
  for (const auto& entry : scores) {
    if (entry.score > 0) scratch.push_back(entry);
  }
  keep_top_k(scratch, k);
  double sum = 0;
  for (const auto& entry : scratch) sum += double{entry.score};
  return sum;
}

void OwnHistory::save(ArchiveWriter& out) const {
  out.put("own_history.weight", std::span<const float>(rule_.weight));
  std::vector<std::uint32_t> half_life(rule_.half_life.begin(), rule_.half_life.end());
  out.put("own_history.half_life", half_life);
  out.put_value("own_history.n_buyers", n_buyers_);
}

OwnHistory OwnHistory::load(const ArchiveReader& in, const ProductSpace& /*products*/) {
  OwnHistory model;
  const auto weight = in.get_finite<float>("own_history.weight");
  const auto half_life = in.get<std::uint32_t>("own_history.half_life");
  if (weight.size() != kProductActionCount || half_life.size() != kProductActionCount) {
    in.fail("own_history.weight", "has another number of actions");
  }
  for (std::size_t a = 0; a < kProductActionCount; ++a) {
    if (half_life[a] >= kHalfLifeCount) in.fail("own_history.half_life", "is out of range");
    model.rule_.weight[a] = weight[a];
    model.rule_.half_life[a] = half_life[a];
  }
  model.n_buyers_ = in.get_value<std::uint64_t>("own_history.n_buyers");
  return model;
}

}  // namespace vitrina::models