#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evaluation/scoring.hpp"

namespace vitrina::evaluation {

/// The scores as a table for people, windows and counts included; ends in a newline.
std::string table_text(const std::vector<Window>& windows, const Scores& scores,
                       const ScoringConfig& config);

/// The same with all digits: k, draws, seed, level, windows, readings with intervals, counts,
/// recall_by_k and, where there are two answers, versus. A reading over nobody is null.
nlohmann::ordered_json to_json(const std::vector<Window>& windows, const Scores& scores,
                               const ScoringConfig& config);

/// An answer's readings with intervals, its counts and recall_by_k.
nlohmann::ordered_json answer_json(const AnswerScore& score);

/// A paired difference by reading: value, interval, share of the draws above 0.
nlohmann::ordered_json difference_json(const metrics::PerReading<metrics::Difference>& differences);

}  // namespace vitrina::evaluation
