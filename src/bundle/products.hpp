#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/raw_log.hpp"
#include "data/shop.hpp"

namespace vitrina::bundle {

/// The products a bundle knows, so that it can answer for a log without a catalog.
struct Products {
  std::vector<std::string> ids;  ///< in the order of the models' indices
  RawCatalog catalog;            ///< one row a product
};

/// Writes a shop's products as one archive, atomically.
void save_products(const Shop& shop, const std::filesystem::path& path);

/// Reads them back. Throws Error(kMissingInput or kIncompatibleArtifact).
Products load_products(const std::filesystem::path& path);

/// Where the products are in a shop that was built with them among its own. Throws
/// Error(kIncompatibleArtifact) for a product that the shop does not have.
std::vector<ItemIdx> positions_in(const Shop& shop, const std::vector<std::string>& product_ids);

}  // namespace vitrina::bundle
