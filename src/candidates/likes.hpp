#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct LikesConfig {
  bool enabled = false;
  int limit = 25;
  double half_life_days = 7;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
    v.field("half_life_days", half_life_days, {0.01, 365}, "how fast a like fades");
  }
};

std::unique_ptr<Generator> make_likes(const GeneratorContext& context, const LikesConfig& config);

}  // namespace vitrina::candidates
