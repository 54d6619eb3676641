#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace vitrina::bundle {

/// The name of a bundle's list of files with their SHA-256.
inline constexpr const char* kManifest = "manifest.json";

/// What a bundle learned from: events in [from, until).
struct LearnedPeriod {
  TimeUs from = 0;
  TimeUs until = 0;
};

/// What a manifest says of its bundle.
struct Manifest {
  std::string fingerprint;
  LearnedPeriod learned;
};

/// Writes `manifest.json`: format, build id, `learned_from` and `learned_until` to the microsecond,
/// the SHA-256 of every file and the fingerprint (SHA-256 over the moments and the files' hashes).
/// Returns the fingerprint.
std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files, LearnedPeriod learned);

/// Throws Error(kIncompatibleArtifact) for a folder with a pipe or a device in it, which would be
/// waited for, and a server with it.
void refuse_pipes(const std::filesystem::path& folder);

/// Throws Error(kMissingInput) for a folder without a manifest.
void require_manifest(const std::filesystem::path& folder);

/// Its text. Throws as above.
std::string read_manifest(const std::filesystem::path& folder);

/// Reads the manifest; checks every file against its hash and that the `needed` ones are among
/// them. Throws Error(kMissingInput or kIncompatibleArtifact).
Manifest check_manifest(const std::filesystem::path& folder,
                        const std::vector<std::string>& needed);

}  // namespace vitrina::bundle
