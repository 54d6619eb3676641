#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina {

/// The files of a folder, its folders' too, by path. Throws Error(kMissingInput) where there is no
/// folder.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

/// Whether a file's bytes hold `text` anywhere but as a part of one of the longer texts `around`.
/// Throws as core/file.hpp where it cannot be read to its end.
bool holds_bytes(const std::filesystem::path& file, std::string_view text,
                 std::span<const std::string> around = {});

}  // namespace vitrina
