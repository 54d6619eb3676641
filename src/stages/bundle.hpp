#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/params.hpp"
#include "data/raw_log.hpp"
#include "data/shop.hpp"

namespace vitrina::stages {

/// What a bundle holds beside the fitted models and the ranker.
struct BundleProductsFile {
  std::vector<std::string> product_ids;  ///< in the order of the models' indices
  RawCatalog catalog;                    ///< one row a product
};

/// The name of a bundle's list of files with their SHA-256.
inline constexpr const char* kManifest = "manifest.json";

void save_bundle_products(const Shop& shop, const std::filesystem::path& path);
BundleProductsFile load_bundle_products(const std::filesystem::path& path);

/// Writes `manifest.json`: format, build id, fingerprint (SHA-256 over the files' hashes) and the
/// SHA-256 of every file. Returns the fingerprint.
std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files);

/// Checks every file of the manifest against its hash; returns the fingerprint. Throws
/// Error(kMissingInput or kIncompatibleArtifact).
std::string check_manifest(const std::filesystem::path& folder);

}  // namespace vitrina::stages
