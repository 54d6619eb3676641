#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bundle/generation.hpp"
#include "core/params.hpp"
#include "core/progress.hpp"
#include "data/shop.hpp"
#include "engine/answer.hpp"
#include "selection/rules.hpp"

namespace vitrina::bundle {

/// Who is sent what.
struct ShopAnswer {
  engine::Answer answer;
  std::vector<std::string> generator_names;  ///< what engine::SourcedItem::source counts
  std::size_t products_named = 0;            ///< distinct ones
  /// Those of them that the catalog does not list; nothing where there is no catalog.
  std::optional<std::size_t> products_not_listed = std::nullopt;
};

/// Answers for a shop as of a moment, by its events before it: the one way from a bundle and a log
/// to an answer. `params` are the bundle's, with the size of the answer that is wished; the shop is
/// joined to the bundle's products (data/join.hpp). The result does not depend on `threads`.
ShopAnswer answer(const Generation& generation, const Shop& shop, TimeUs as_of,
                  const selection::Rules& rules, const ParamMap& params, int threads,
                  Progress& progress);

}  // namespace vitrina::bundle
