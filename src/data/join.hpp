#pragma once

#include <cstddef>
#include <vector>

#include "data/shop.hpp"

namespace vitrina {

/// A product space with what another one lists beside it.
struct JoinedProducts {
  ProductSpace products;
  std::vector<ItemIdx> to;           ///< by product of the other; not valid() for those left out
  std::size_t other_prices = 0;      ///< known ones for which the other has another price
  std::size_t other_categories = 0;  ///< known ones for which it has another category
};

/// Adds to `known` what the catalog of `own` lists, so that what was fitted on `known` fits. Known
/// products keep the category, price and title that `known` has of them. Behind them come those
/// that only `own` lists, by external id, with their own category and price; their titles are read
/// through the words of `known`. `is_listed` says what `own` lists where it lists anything, else
/// what `known` does.
JoinedProducts join_products(const ProductSpace& own, const ProductSpace& known);

/// A shop whose products are numbered by another product space.
struct JoinedShop {
  /// Products that only the log names are in `items` and nowhere else: the catalog has no row of
  /// them and nothing is known of them.
  Shop shop;
  std::size_t other_prices = 0;      ///< of JoinedProducts
  std::size_t other_categories = 0;  ///< of JoinedProducts
};

/// Numbers a shop's products as join_products() does; those that only its log names come last, by
/// external id: which of two products comes first never depends on what other customers did.
JoinedShop join(Shop shop, const ProductSpace& known);

}  // namespace vitrina
