#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct PopularConfig {
  bool enabled = true;
  int limit = 30;
  int window_days = 0;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000},
            "products proposed, at least as many as the answer has; it is filled up from these");
    v.field("window_days", window_days, {0, 7},
            "rank by what happened in the last 1, 3 or 7 days; 0: by decayed popularity");
  }
};

std::unique_ptr<Generator> make_popular(const GeneratorContext& context);

}  // namespace vitrina::candidates
