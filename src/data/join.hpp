#pragma once

#include <cstddef>

#include "data/shop.hpp"

namespace vitrina {

/// A shop whose products are numbered by another product space.
struct JoinedShop {
  Shop shop;
  std::size_t new_products = 0;      ///< that the space does not know
  std::size_t other_prices = 0;      ///< known ones for which the shop's catalog has another price
  std::size_t other_categories = 0;  ///< known ones for which it has another category
};

/// Numbers a shop's products as `known` does, so that what was fitted on those fits this shop. They
/// keep the category, price and title that `known` has of them. Behind them come the products that
/// only the shop's catalog lists, then those that only its log names, each by external id: which of
/// two products comes first never depends on what other customers did. New products bring their
/// own category and price; their titles are read through the words of `known`. `is_listed` says
/// what the shop's catalog lists where it lists anything, else what that of `known` does.
JoinedShop join(Shop shop, const ProductSpace& known);

}  // namespace vitrina
