#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "evaluation/backtest.hpp"

namespace vitrina::evaluation {

/// The figures as tables for people; ends in a newline.
std::string table_text(const Backtest& found);

/// The same with all digits. A reading over nobody is null.
nlohmann::ordered_json to_json(const Backtest& found);

}  // namespace vitrina::evaluation
