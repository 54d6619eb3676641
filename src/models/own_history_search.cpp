#include "models/own_history_search.hpp"

#include <utility>

namespace vitrina::models {
namespace {

/// Smallest relative gain for which the rule moves: below it lies the noise of a few buyers.
constexpr double kMinGain = 1e-3;

class CoordinateSearch {
 public:
  CoordinateSearch(const OwnHistoryObjective& objective, const DecayRule& rule)
      : objective_(objective),
        rule_(rule),
        results_(objective.results(rule)),
        value_(objective.value(results_)) {}

  [[nodiscard]] const DecayRule& rule() const { return rule_; }

  void half_lives(std::size_t slot) {
    const DecayRule start = rule_;
    const auto base = results_;
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
      DecayRule candidate = start;
      candidate.half_life[slot] = h;
      if (h != start.half_life[slot]) consider(candidate, slot, base);
    }
  }

  void weights(std::size_t slot) {
    const DecayRule start = rule_;
    const auto base = results_;
    const float now = start.weight[slot] == 0 ? 1.0F : start.weight[slot];
    for (const float factor : {0.0F, 0.25F, 0.5F, 2.0F, 4.0F, -0.5F}) {
      DecayRule candidate = start;
      candidate.weight[slot] = now * factor;
      consider(candidate, slot, base);
    }
  }

 private:
  void consider(const DecayRule& candidate, std::size_t slot,
                const OwnHistoryObjective::Results& base) {
    auto results = objective_.results(candidate, slot, base);
    const double found = objective_.value(results);
    if (found > value_ * (1 + kMinGain)) {
      value_ = found;
      rule_ = candidate;
      results_ = std::move(results);
    }
  }

  const OwnHistoryObjective& objective_;
  DecayRule rule_;
  OwnHistoryObjective::Results results_;
  double value_;
};
}  // namespace

DecayRule search_decay_rule(const OwnHistoryObjective& objective, const DecayRule& start,
                            int passes) {
  CoordinateSearch search(objective, start);
  for (int pass = 0; pass < passes; ++pass) {
    for (const auto slot : objective.slots()) {
      search.half_lives(slot);
      search.weights(slot);
    }
  }
  return search.rule();
}

}  // namespace vitrina::models
