#pragma once

#include "data/product_space.hpp"
#include "data/raw_log.hpp"

namespace vitrina {

/// Fills the catalog, categories and words of the products of `space.items`; `raw` may be null (no
/// catalog: every product is of unknown category and price). Of several rows of one product the
/// last wins. Title vectors are the shop's own where it gives any, else made from the words
/// (data/title_vectors.hpp).
void build_catalog(const RawCatalog* raw, ProductSpace& space);

/// The products of a catalog alone.
ProductSpace build_products(const RawCatalog& raw);

}  // namespace vitrina
