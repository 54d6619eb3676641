#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct RepurchaseConfig {
  bool enabled = true;
  int limit = 30;
  int category_products = 5;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
    v.field("category_products", category_products, {0, 1000},
            "best sellers proposed of every category in which the user ordered");
  }
};

std::unique_ptr<Generator> make_repurchase(const GeneratorContext& context,
                                           const RepurchaseConfig& config);

}  // namespace vitrina::candidates
