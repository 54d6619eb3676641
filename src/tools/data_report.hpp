#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/data_facts.hpp"
#include "tools/data_findings.hpp"

namespace vitrina::tools {

/// All that check-data has to say.
struct Verdict {
  Facts facts;
  std::vector<std::string> problems;  ///< any of them makes the log useless
  std::vector<std::string> warnings;
  std::vector<Finding> missing;
};

std::string to_text(const Verdict& verdict);
nlohmann::ordered_json to_json(const Verdict& verdict);

}  // namespace vitrina::tools
