#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct SessionNeighboursConfig {
  bool enabled = false;
  int limit = 50;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
  }
};

std::unique_ptr<Generator> make_session_neighbours(const GeneratorContext& context,
                                                   const SessionNeighboursConfig& config);

}  // namespace vitrina::candidates
