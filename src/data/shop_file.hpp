#pragma once

#include <filesystem>

#include "data/shop.hpp"

namespace vitrina {

/// Writes a shop as one archive (core/archive.hpp, kind `shop`), atomically.
void save_shop(const Shop& shop, const std::filesystem::path& path);

/// Reads it back; indices are checked. Throws Error(kMissingInput or kIncompatibleArtifact).
Shop load_shop(const std::filesystem::path& path);

}  // namespace vitrina
