#pragma once

#include <filesystem>
#include <optional>

#include "core/progress.hpp"
#include "data/raw_log.hpp"
#include "io/log_schema.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina::io {

/// Reads the catalog of a shop's folder, `stokman_catalog_preprocessed` or `catalog` as `.pq`,
/// `.parquet`, `.csv` or `.csv.gz`, with the title vectors where both `catalog_vector_mapping` and
/// `vectors.npz` (array `arr_0`) are there. Nothing when there is no catalog or no folder.
///
/// Only the product column is required. Rows without a product are left out, vector numbers out
/// of range and vectors with numbers that are not finite are ignored; the summary of `progress`
/// counts both. Throws as read_log() does.
std::optional<RawCatalog> read_catalog(const std::filesystem::path& folder, const LogSchema& schema,
                                       Progress& progress);

/// Reads one catalog file, without vectors.
RawCatalog read_catalog_file(const std::filesystem::path& path, const LogSchema& schema,
                             Progress& progress);

/// The same for a table that another library holds in memory. Takes the stream over as
/// read_log_stream() does; errors name `catalog` in the place of a file.
RawCatalog read_catalog_stream(ArrowArrayStream* stream, const LogSchema& schema,
                               Progress& progress);

}  // namespace vitrina::io
