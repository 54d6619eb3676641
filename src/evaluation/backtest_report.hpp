#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evaluation/scoring.hpp"

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

/// What a backtest found.
struct Backtest {
  std::string data;
  double horizon_days = 0;
  std::size_t max_users = 0;
  ScoringConfig config;
  std::vector<Window> windows;  ///< with the engine's answers
  Judgement pooled;             ///< over buyer x window
  std::vector<Judgement> by_window;
};

/// The figures as tables for people; ends in a newline.
std::string table_text(const Backtest& found);

/// The same with all digits. A reading over nobody is null.
nlohmann::ordered_json to_json(const Backtest& found);

}  // namespace vitrina::evaluation
