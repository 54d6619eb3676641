#pragma once

#include "core/params.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::selection {

/// How large the answer is.
struct ChooseConfig {
  int max_users = 3000;
  int k = 25;

  void visit(ConfigVisitor& v) {
    v.field("max_users", max_users, {1, 1e8}, "customers named at most");
    v.field("k", k, {1, 1000}, "products a customer");
  }

  [[nodiscard]] ChoiceLimits limits() const {
    return {static_cast<std::size_t>(max_users), static_cast<std::size_t>(k)};
  }
};

inline ChooseConfig read_choose(const ParamMap& params) {
  return read_section<ChooseConfig>(params, "choose");
}

}  // namespace vitrina::selection
