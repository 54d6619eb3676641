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

[[noreturn]] void throw_two_logs(const fs::path& first, const fs::path& second) {
  throw Error(
      ErrorCode::kBadData,
      fmt::format("{}: holds more than one log, found {} and {}; leave one of them in the "
                  "folder, or name the file by --data",
                  printable(first.parent_path().string()), printable(first.filename().string()),
                  printable(second.filename().string())));
}

/// Parts of one log are all Parquet or all CSV.
void check_one_format(const std::vector<fs::path>& files) {
  const auto csv = std::ranges::find_if(files, is_csv);
  const auto parquet = std::ranges::find_if(files, is_parquet);
  if (csv != files.end() && parquet != files.end()) throw_two_logs(*parquet, *csv);
}

/// Whether a file can be opened and has all of `columns`.
bool is_log(const fs::path& path, std::span<const std::string> columns) {
  try {
    const auto source = open_table(path, /*threads=*/1);
    const auto& names = source->names();
    return std::ranges::all_of(columns, [&](const std::string& column) {
      return std::ranges::find(names, column) != names.end();
    });
  } catch (const Error&) {
    return false;
  }
}

/// What lies in the folder of a shop.
struct Found {
  std::vector<fs::path> named;  ///< files and folders whose name says that they are the log
  std::vector<fs::path> loose;  ///< other tables
};

Found look_into(const fs::path& folder) {
  Found found;
  for (const auto& path : entries(folder)) {
    const auto name = path.filename().string();
    if (fs::is_directory(path)) {
      if (name.starts_with(kLogName) && !part_files(path).empty()) found.named.push_back(path);
    } else if (fs::is_regular_file(path) && (is_parquet(path) || is_csv(path))) {
      const bool is_named = std::ranges::any_of(kLogEndings, [&](std::string_view ending) {
        return name == fmt::format("{}{}", kLogName, ending);
      });
      if (is_named) {
        found.named.push_back(path);
      } else if (!is_catalog_name(path)) {
        found.loose.push_back(path);
      }
    }
  }
  return found;
}

std::vector<fs::path> find_log(const fs::path& folder, std::span<const std::string> columns) {
  auto [named, loose] = look_into(folder);
  if (named.size() > 1) throw_two_logs(named[0], named[1]);
  if (named.size() == 1) {
    for (const auto& path : loose) {
      if (is_log(path, columns)) throw_two_logs(named[0], path);
    }
    return fs::is_directory(named[0]) ? part_files(named[0]) : named;
  }
  // A small table of another kind may lie beside the parts; a log in another format may not.
  if (std::ranges::any_of(loose, is_parquet)) {
    std::erase_if(loose,
                  [&](const fs::path& path) { return is_csv(path) && !is_log(path, columns); });
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

std::vector<fs::path> log_files(const fs::path& path, std::span<const std::string> columns) {
  try {
    check_no_pipe(path);
    if (fs::is_regular_file(path)) return {path};
    if (fs::is_directory(path)) {
      auto files = find_log(path, columns);
      check_one_format(files);
      if (!files.empty()) return files;
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: cannot be listed: {}", path.string(), error.code().message()));
  }
  throw Error(
      ErrorCode::kMissingInput,
      fmt::format("{}: no click log found; looked for train_actions.pq, .parquet, .csv, .csv.gz, "
                  "a folder train_actions*/ of part files, and part files *.parquet, *.pq, *.csv "
                  "or *.csv.gz",
                  path.string()));
}

fs::path folder_of_log(const fs::path& path) {
  // a folder may be named with a slash at its end
  const auto log = path.has_filename() ? path : path.parent_path();
  const bool is_alone = fs::is_regular_file(log) ||
                        (fs::is_directory(log) && log.filename().string().starts_with(kLogName));
  if (!is_alone) return {};
  return log.has_parent_path() ? log.parent_path() : ".";
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
