#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stages/scoring.hpp"

namespace vitrina::stages::score {

/// The scores as a table for people, windows and counts included; ends in a newline.
std::string table_text(const std::vector<Window>& windows, const Scores& scores,
                       const Config& config);

/// The same with all digits: k, draws, seed, level, windows, readings with intervals, counts,
/// recall_by_k and, where there are two answers, versus. A reading over nobody is null.
nlohmann::ordered_json to_json(const std::vector<Window>& windows, const Scores& scores,
                               const Config& config);

}  // namespace vitrina::stages::score
