#pragma once

#include <memory>

#include "candidates/generator.hpp"

namespace vitrina::candidates {

struct AfterPageConfig {
  bool enabled = false;
  int limit = 40;
  int recent_pages = 10;
  double half_life_days = 1;
  int window_days = 0;

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "whether the generator is used");
    v.field("limit", limit, {1, 1000}, "products proposed a user");
    v.field("recent_pages", recent_pages, {1, 1000},
            "category pages and searches of the user, newest first, that vote");
    v.field("half_life_days", half_life_days, {0.01, 365}, "how fast the vote of a page fades");
    v.field("window_days", window_days, {0, 7},
            "count what followed the page in the last 1, 3 or 7 days; 0: with decay");
  }
};

std::unique_ptr<Generator> make_after_page(const GeneratorContext& context,
                                           const AfterPageConfig& config);

}  // namespace vitrina::candidates
