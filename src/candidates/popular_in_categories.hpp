#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct PopularInCategoriesConfig {
  bool enabled = true;
  int limit = 30;
  int categories = 5;
  double half_life_days = 4;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
    v.field("categories", categories, {1, 100}, "categories of the user that are looked at");
    v.field("half_life_days", half_life_days, {0.01, 365},
            "how fast the interest in a category fades");
  }
};

std::unique_ptr<Generator> make_popular_in_categories(const GeneratorContext& context,
                                                      const PopularInCategoriesConfig& config);

}  // namespace vitrina::candidates
