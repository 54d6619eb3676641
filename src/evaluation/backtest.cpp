#include "evaluation/backtest.hpp"

#include <utility>

namespace vitrina::evaluation {

Judgement judge(std::vector<Window> windows, const std::vector<RuleAnswers>& rules,
                const ScoringConfig& config) {
  Judgement found;
  for (const auto& rule : rules) {
    for (std::size_t w = 0; w < windows.size(); ++w) windows[w].second = rule.answers[w];
    auto scores = score(windows, config);
    found.engine = std::move(scores.first);
    found.rules.push_back({rule.name, std::move(scores.second.value()), scores.difference.value()});
  }
  return found;
}

}  // namespace vitrina::evaluation
