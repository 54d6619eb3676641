#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vitrina::bundle {

/// The name of a bundle's list of files with their SHA-256.
inline constexpr const char* kManifest = "manifest.json";

/// Writes `manifest.json`: format, build id, fingerprint (SHA-256 over the files' hashes) and the
/// SHA-256 of every file. Returns the fingerprint.
std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files);

/// Checks every file of the manifest against its hash and that the `needed` ones are among them;
/// returns the fingerprint. Throws Error(kMissingInput or kIncompatibleArtifact).
std::string check_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& needed);

}  // namespace vitrina::bundle
