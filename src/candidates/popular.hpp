#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct PopularConfig {
  bool enabled = true;
  int limit = 30;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000},
            "products proposed, at least as many as the answer has; it is filled up from these");
  }
};

std::unique_ptr<Generator> make_popular(const GeneratorContext& context,
                                        const PopularConfig& config);

}  // namespace vitrina::candidates
