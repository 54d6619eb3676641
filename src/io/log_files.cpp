#include "io/log_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include "core/error.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLogName = "train_actions";
constexpr std::array<std::string_view, 4> kLogEndings{".pq", ".parquet", ".csv", ".csv.gz"};
constexpr std::array<std::string_view, 3> kCatalogNames{"stokman_catalog_preprocessed", "catalog",
                                                        "catalog_vector_mapping"};

bool is_hidden(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') || name.starts_with('_');
}

bool is_catalog_name(const fs::path& path) {
  const auto name = path.filename().string();
  const std::string_view stem = std::string_view(name).substr(0, name.find('.'));
  return std::find(kCatalogNames.begin(), kCatalogNames.end(), stem) != kCatalogNames.end();
}

/// All part files under `folder`, `key=value` folders included, by path.
std::vector<fs::path> part_files(const fs::path& folder) {
  std::vector<fs::path> files;
  auto it = fs::recursive_directory_iterator(folder);
  for (const auto end = fs::end(it); it != end; ++it) {
    if (is_hidden(it->path())) {
      if (it->is_directory()) it.disable_recursion_pending();
    } else if (it->is_regular_file() && (is_parquet(it->path()) || is_csv(it->path()))) {
      files.push_back(it->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!is_hidden(entry.path())) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<fs::path> find_log(const fs::path& folder) {
  for (const auto ending : kLogEndings) {
    const auto path = folder / fmt::format("{}{}", kLogName, ending);
    if (fs::is_regular_file(path)) return {path};
  }
  std::vector<fs::path> loose;
  for (const auto& path : entries(folder)) {
    if (fs::is_directory(path)) {
      if (!path.filename().string().starts_with(kLogName)) continue;
      auto parts = part_files(path);
      if (!parts.empty()) return parts;
    } else if (fs::is_regular_file(path) && is_parquet(path) && !is_catalog_name(path)) {
      loose.push_back(path);
    }
  }
  return loose;
}

fs::path first_file(const fs::path& folder, std::initializer_list<std::string_view> stems,
                    std::initializer_list<std::string_view> endings) {
  for (const auto stem : stems) {
    for (const auto ending : endings) {
      auto path = folder / fmt::format("{}{}", stem, ending);
      if (fs::is_regular_file(path)) return path;
    }
  }
  return {};
}

}  // namespace

std::vector<fs::path> log_files(const fs::path& path) {
  try {
    if (fs::is_regular_file(path)) return {path};
    if (fs::is_directory(path)) {
      auto files = find_log(path);
      if (!files.empty()) return files;
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: cannot be listed: {}", path.string(), error.code().message()));
  }
  throw Error(
      ErrorCode::kMissingInput,
      fmt::format("{}: no click log found; looked for train_actions.pq, .parquet, .csv, .csv.gz, "
                  "a folder train_actions*/ of part files, and *.parquet or *.pq part files",
                  path.string()));
}

CatalogFiles catalog_files(const fs::path& folder) {
  try {
    if (!fs::is_directory(folder)) return {};
    const auto endings = {std::string_view(".pq"), std::string_view(".parquet"),
                          std::string_view(".csv"), std::string_view(".csv.gz")};
    return {first_file(folder, {"stokman_catalog_preprocessed", "catalog"}, endings),
            first_file(folder, {"catalog_vector_mapping"}, endings),
            first_file(folder, {"vectors"}, {".npz"})};
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: cannot be listed: {}", folder.string(), error.code().message()));
  }
}

}  // namespace vitrina::io
