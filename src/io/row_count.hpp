#pragma once

#include <cstdint>
#include <filesystem>

namespace vitrina::io {

/// The rows of a Parquet file, as its own metadata say.
std::uint64_t row_count(const std::filesystem::path& path);

}  // namespace vitrina::io
