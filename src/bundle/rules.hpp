#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "data/shop.hpp"
#include "selection/rules.hpp"

namespace vitrina::bundle {

/// Whom and what a caller allows, by external ids.
struct IdRules {
  std::optional<std::vector<std::string>> only_users;  ///< nothing: everybody
  std::vector<std::string> exclude_users;
  std::vector<std::string> exclude_products;
  bool only_listed = false;  ///< no product that the catalog does not list

  /// Whether anything is asked for at all.
  [[nodiscard]] bool any() const {
    return only_users || !exclude_users.empty() || !exclude_products.empty() || only_listed;
  }
};

/// The same for the users and products of a shop.
struct ShopRules {
  selection::Rules rules;
  std::size_t unknown_ids = 0;  ///< ids that the shop does not know
};

/// Warns of ids that the shop does not know; those of `only_users` become users of it without
/// events, who are named what sells. Throws Error(kBadData) for `only_listed` where there is no
/// catalog.
ShopRules resolve(const IdRules& ids, Shop& shop, Progress& progress);

/// Throws Error(kConfig) for only_listed with a moment of the past: the catalog is a snapshot of
/// later.
void check_listed(bool only_listed, bool has_as_of);

/// Throws Error(kBadData) when the rules have left nobody; `only_users` that names no one may.
void check_answered(const IdRules& ids, std::size_t n_users);

}  // namespace vitrina::bundle
