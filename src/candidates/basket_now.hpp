#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct BasketNowConfig {
  bool enabled = true;
  int limit = 25;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
  }
};

std::unique_ptr<Generator> make_basket_now(const GeneratorContext& context,
                                           const BasketNowConfig& config);

}  // namespace vitrina::candidates
