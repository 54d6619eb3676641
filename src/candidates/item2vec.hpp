#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct Item2VecConfig {
  bool enabled = false;
  int limit = 50;
  int recent_products = 10;
  double half_life_days = 2;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
    v.field("recent_products", recent_products, {1, 1000},
            "products of the user, newest first, whose neighbours vote");
    v.field("half_life_days", half_life_days, {0.01, 365},
            "how fast the vote of a touched product fades");
  }
};

std::unique_ptr<Generator> make_item2vec(const GeneratorContext& context,
                                         const Item2VecConfig& config);

}  // namespace vitrina::candidates
