#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::tools {

/// What the simulator says of its files: beside them, in simulation.json.
inline constexpr std::string_view kRecordFile = "simulation.json";
inline constexpr std::string_view kLogFile = "train_actions.pq";
inline constexpr std::string_view kCatalogFile = "stokman_catalog_preprocessed.pq";
inline constexpr std::string_view kMappingFile = "catalog_vector_mapping.pq";
inline constexpr std::string_view kVectorsFile = "vectors.npz";

/// The SHA-256 of files by name.
using FileDigests = std::multimap<std::string, std::string, std::less<>>;

/// What the record of `folder` says it made; of a record that was left by a call that was killed,
/// what was there before too. Nothing without a record.
FileDigests recorded_files(const std::filesystem::path& folder);

/// Throws Error(kUsage) that names a file of `folder` which the simulator did not make, as far as
/// its record tells: whatever is there would be lost, or be read as a part of the simulated shop.
void check_folder(const std::filesystem::path& folder);

}  // namespace vitrina::tools
