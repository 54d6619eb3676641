#pragma once

#include <fmt/format.h>

#include <string>

#include "core/error.hpp"
#include "core/params.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::selection {

/// How large the answer is.
struct ChooseConfig {
  int max_users = 3000;
  int k = 25;
  std::string reading = "a";

  void visit(ConfigVisitor& v) {
    v.field("max_users", max_users, {1, 1e8}, "customers named at most");
    v.field("k", k, {1, 1000}, "products a customer");
    v.field("reading", reading,
            "what the customers are chosen for: a, recall over all buyers; b, recall over the "
            "buyers among those named, who are then fewer");
  }

  [[nodiscard]] bool is_for_ratio() const { return reading == "b"; }

  [[nodiscard]] ChoiceLimits limits() const {
    return {static_cast<std::size_t>(max_users), static_cast<std::size_t>(k)};
  }
};

/// Throws Error(kConfig) for what is out of range and for an unknown reading.
inline ChooseConfig read_choose(const ParamMap& params) {
  auto config = read_section<ChooseConfig>(params, "choose");
  if (config.reading != "a" && config.reading != "b") {
    throw Error(ErrorCode::kConfig,
                fmt::format("choose.reading: found '{}', expected a or b", config.reading));
  }
  return config;
}

}  // namespace vitrina::selection
