#pragma once

#include "data/raw_log.hpp"
#include "data/shop.hpp"

namespace vitrina {

/// Dimension of the title vectors made from word codes.
inline constexpr std::uint32_t kTitleVectorDim = 32;

/// Fills `shop.catalog` and `shop.categories` for the products of `shop.items`; `raw` may be null
/// (no catalog: every product is of unknown category and price). Of several rows of one product
/// the last wins. Title vectors are the shop's own where it gives any, else they are made from
/// the word codes: idf-weighted sums of signed random directions, one a word (Achlioptas, 2003,
/// «Database-friendly random projections»), unit length.
void build_catalog(const RawCatalog* raw, Shop& shop);

}  // namespace vitrina
