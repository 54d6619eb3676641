#pragma once

#include "data/raw_log.hpp"
#include "data/shop.hpp"

namespace vitrina {

/// Fills `shop.catalog`, `shop.categories` and `shop.words` for the products of `shop.items`; `raw`
/// may be null (no catalog: every product is of unknown category and price). Of several rows of one
/// product the last wins. Title vectors are the shop's own where it gives any, else made from the
/// words (data/title_vectors.hpp).
void build_catalog(const RawCatalog* raw, Shop& shop);

}  // namespace vitrina
