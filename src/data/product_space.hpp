#pragma once

#include "core/archive.hpp"
#include "data/catalog.hpp"
#include "data/id_map.hpp"

namespace vitrina {

/// The products that can be spoken of: their external ids, their categories, the words of their
/// titles, and what the catalog says of them.
///
/// An ItemIdx behind the last product is one that was first seen later: it has a place in a
/// customer's history and may be proposed to who touched it, and nothing else is known of it.
struct ProductSpace {
  ItemMap items;
  CategoryMap categories;
  IdMapBase words;  ///< of the titles, by word code
  Catalog catalog;
};

/// Writes a product space among the columns of an archive.
void save_products(const ProductSpace& products, ArchiveWriter& out);

/// Reads it back. Throws Error(kIncompatibleArtifact) for columns that do not fit together.
ProductSpace load_products(const ArchiveReader& in);

}  // namespace vitrina
