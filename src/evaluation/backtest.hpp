#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evaluation/scoring.hpp"
#include "metrics/bootstrap.hpp"

namespace vitrina::evaluation {

/// A rule beside the engine, and how far the engine is ahead of it on the same users.
struct RuleScore {
  std::string name;
  AnswerScore score;
  metrics::PerReading<metrics::Difference> ahead;
};

/// The engine's answers and the rules', judged on the same windows.
struct Judgement {
  AnswerScore engine;
  std::vector<RuleScore> rules;
};

/// What an answer said beforehand about the customers that it names.
struct Expected {
  double buyers = 0;  ///< who buy anything
  double recall = 0;  ///< sum of their recalls
  bool is_calibrated = false;
};

/// What a backtest found.
struct Backtest {
  std::string data;
  double horizon_days = 0;
  std::size_t max_users = 0;
  ScoringConfig config;
  std::vector<Window> windows;     ///< with the engine's answers
  std::vector<Expected> expected;  ///< by window, of the engine's answers
  Judgement pooled;                ///< over buyer x window
  std::vector<Judgement> by_window;
};

/// A rule's answers, one a window.
struct RuleAnswers {
  std::string name;
  std::vector<Predictions> answers;
};

/// Judges the engine's answers, the first of `windows`, beside those of each rule.
Judgement judge(std::vector<Window> windows, const std::vector<RuleAnswers>& rules,
                const ScoringConfig& config);

}  // namespace vitrina::evaluation
