#pragma once

// Internal to io: shared by the readers of YAML files.

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace vitrina::io {

/// The single document of a YAML file. Throws Error(kMissingInput) or Error(kConfig).
YAML::Node load_yaml(const std::filesystem::path& path);

/// `path:line: message` as an Error(kConfig).
Error yaml_error(const std::filesystem::path& path, const YAML::Node& node,
                 std::string_view message);

/// The message for a key that is none of `known`, with the nearest of them.
std::string unknown_key(std::string_view key, const std::vector<std::string_view>& known);

}  // namespace vitrina::io
