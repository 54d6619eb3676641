#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stages/check_data/facts.hpp"
#include "stages/check_data/findings.hpp"

namespace vitrina::stages::check_data {

/// All that check-data has to say.
struct Verdict {
  Facts facts;
  std::vector<std::string> problems;  ///< any of them makes the log useless
  std::vector<std::string> warnings;
  std::vector<Finding> missing;
};

std::string to_text(const Verdict& verdict);
nlohmann::ordered_json to_json(const Verdict& verdict);

}  // namespace vitrina::stages::check_data
