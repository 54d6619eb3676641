#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct IalsConfig {
  bool enabled = false;
  int limit = 50;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
  }
};

std::unique_ptr<Generator> make_ials(const GeneratorContext& context, const IalsConfig& config);

}  // namespace vitrina::candidates
