#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct OwnHistoryConfig {
  bool enabled = true;
  int limit = 150;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
  }
};

std::unique_ptr<Generator> make_own_history(const GeneratorContext& context,
                                            const OwnHistoryConfig& config);

}  // namespace vitrina::candidates
