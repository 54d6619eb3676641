#pragma once

#include <filesystem>
#include <vector>

namespace vitrina::io {

/// The files of the log at `path`, in reading order:
/// - `path` itself when it is a file;
/// - `train_actions.pq`, `.parquet`, `.csv` or `.csv.gz` in the folder, the first that is there
///   (the first two may be folders of part files, as Spark writes them);
/// - the part files of a folder whose name begins with `train_actions`;
/// - the Parquet files of the folder itself that are none of the catalog's, by name.
/// Throws Error(kMissingInput) listing what was looked for.
std::vector<std::filesystem::path> log_files(const std::filesystem::path& path);

/// The catalog, the mapping and the vectors of a shop's folder; empty where there is none.
struct CatalogFiles {
  std::filesystem::path catalog;
  std::filesystem::path mapping;
  std::filesystem::path vectors;
};
CatalogFiles catalog_files(const std::filesystem::path& folder);

}  // namespace vitrina::io
