#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace vitrina {

/// The files of a folder, its folders' too, whose bytes hold `text` with no letter or digit behind
/// it, by path. Throws Error(kMissingInput) where there is no folder, or a file cannot be read.
std::vector<std::filesystem::path> files_with(const std::filesystem::path& folder,
                                              std::string_view text);

}  // namespace vitrina
