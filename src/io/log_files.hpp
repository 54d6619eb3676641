#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/progress.hpp"

namespace vitrina::io {

/// The files of the log at `path`, in reading order:
/// - `path` itself when it is a file;
/// - `train_actions.pq`, `.parquet`, `.csv`, `.tsv` or the last two with `.gz` in the folder;
/// - the part files of a folder whose name begins with `train_actions`, as Spark writes them; links
///   are followed, and what lies there and is no part file by its name is warned of;
/// - the Parquet or CSV files of the folder itself that are none of the catalog's, by name.
/// Throws Error(kMissingInput) listing what was looked for, and Error(kBadData) naming two files
/// when there is more than one log, or a log in two formats: which of them is meant cannot be
/// known. Beside another log a file counts as one when it has all of `columns`.
std::vector<std::filesystem::path> log_files(const std::filesystem::path& path,
                                             std::span<const std::string> columns,
                                             Progress& progress);

/// The folder that the log at `path` lies in, where `path` names the log alone: a file, or a folder
/// of part files as Spark writes it. Empty where it is a shop's folder.
std::filesystem::path folder_of_log(const std::filesystem::path& path);

/// The catalog, the mapping and the vectors of a shop's folder; empty where there is none. Throws
/// Error(kBadData) where there are two of a kind.
struct CatalogFiles {
  std::filesystem::path catalog;
  std::filesystem::path mapping;
  std::filesystem::path vectors;
};
CatalogFiles catalog_files(const std::filesystem::path& folder);

}  // namespace vitrina::io
