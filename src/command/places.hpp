#pragma once

#include <filesystem>
#include <string_view>

namespace vitrina::command {

/// Throws Error(kUsage) where the folder that `option` names is a bundle's, which holds the bundle
/// alone.
void check_no_bundle(std::string_view option, const std::filesystem::path& folder);

/// Throws Error(kUsage) where the JSON file that `option` names would take the place of what is no
/// JSON, such as the very log that is read, or would lie in a bundle's folder.
void check_json_place(std::string_view option, const std::filesystem::path& file);

}  // namespace vitrina::command
