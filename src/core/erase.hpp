#pragma once

#include <filesystem>

namespace vitrina {

/// Overwrites a file with zeros, on the disk, and removes it; nothing where there is none. Throws
/// Error(kOutOfResources) where any of that fails; what could be done was done then.
void erase_file(const std::filesystem::path& path);

/// What write_atomically() (core/file.hpp) writes before it is `path`, and a kill leaves.
std::filesystem::path unfinished(const std::filesystem::path& path);

}  // namespace vitrina
