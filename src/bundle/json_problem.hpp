#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

namespace vitrina::bundle {

/// What is wrong with a JSON file of ours, in our words: the library's name its own classes.
inline std::string json_problem(const nlohmann::json::exception& error) {
  if (const auto* parse = dynamic_cast<const nlohmann::json::parse_error*>(&error)) {
    return fmt::format("is no whole JSON file, it breaks off or is damaged at byte {}",
                       parse->byte);
  }
  return "lacks a field, or has one of another kind than expected";
}

}  // namespace vitrina::bundle
