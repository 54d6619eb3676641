#pragma once

#include <filesystem>
#include <optional>

#include "bundle/origin.hpp"

namespace vitrina::command {

/// Where a predictions file comes from, by what lies beside it: the metadata of
/// recommendations.parquet first, else recommend.json, else report.json. Only what carries the
/// digest of this very file counts; nothing where none does.
std::optional<bundle::Origin> find_origin(const std::filesystem::path& predictions);

}  // namespace vitrina::command
