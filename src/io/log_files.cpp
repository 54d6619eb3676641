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
constexpr std::array<std::string_view, 6> kTableEndings{".pq",     ".parquet", ".csv",
                                                        ".csv.gz", ".tsv",     ".tsv.gz"};
constexpr std::array<std::string_view, 1> kVectorEndings{".npz"};
constexpr std::array<std::string_view, 2> kCatalogStems{"stokman_catalog_preprocessed", "catalog"};
constexpr std::array<std::string_view, 1> kMappingStems{"catalog_vector_mapping"};
constexpr std::array<std::string_view, 1> kVectorStems{"vectors"};
constexpr int kMostFolders = 32;  ///< one inside the other

bool is_hidden(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') || name.starts_with('_');
}

/// Whether a file's name, capitals or not, is the stem and one of the endings.
bool is_called(const fs::path& path, std::string_view stem,
               std::span<const std::string_view> endings) {
  const auto name = lower_name(path);
  return name.starts_with(stem) &&
         std::ranges::find(endings, std::string_view(name).substr(stem.size())) != endings.end();
}

bool is_table(const fs::path& path) { return is_parquet(path) || is_csv(path); }

bool is_catalog_name(const fs::path& path) {
  const auto name = lower_name(path);
  const auto stem = std::string_view(name).substr(0, name.find('.'));
  return std::ranges::find(kCatalogStems, stem) != kCatalogStems.end() ||
         std::ranges::find(kMappingStems, stem) != kMappingStems.end();
}

void check_link(const fs::path& path) {
  if (fs::exists(path)) return;
  throw Error(ErrorCode::kMissingInput,
              fmt::format("{}: is a link to {}, which is not there", printable(path.string()),
                          printable(fs::read_symlink(path).string())));
}

/// What lies under a folder of part files, `key=value` folders included, by path.
struct Parts {
  std::vector<fs::path> files;
  std::vector<fs::path> unread;
};

Parts part_files(const fs::path& folder) {
  Parts parts;
  auto it =
      fs::recursive_directory_iterator(folder, fs::directory_options::follow_directory_symlink);
  for (const auto end = fs::end(it); it != end; ++it) {
    const auto& path = it->path();
    if (is_hidden(path)) {
      if (it->is_directory()) it.disable_recursion_pending();
      continue;
    }
    check_link(path);
    if (it.depth() > kMostFolders) {
      throw Error(ErrorCode::kBadData,
                  fmt::format("{}: lies in more than {} folders inside each other, found perhaps a "
                              "link to a folder that holds it",
                              printable(path.string()), kMostFolders));
    }
    if (it->is_directory()) continue;
    (it->is_regular_file() && is_table(path) ? parts.files : parts.unread).push_back(path);
  }
  std::ranges::sort(parts.files);
  std::ranges::sort(parts.unread);
  return parts;
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
    const bool is_named = lower_name(path).starts_with(kLogName);
    if (is_named) check_link(path);
    if (fs::is_directory(path)) {
      if (is_named && !part_files(path).files.empty()) found.named.push_back(path);
    } else if (fs::is_regular_file(path) && is_table(path)) {
      if (is_called(path, kLogName, kTableEndings)) {
        found.named.push_back(path);
      } else if (!is_catalog_name(path)) {
        found.loose.push_back(path);
      }
    }
  }
  return found;
}

/// The last part of a folder's path, which may end with a slash.
std::string named_of(const fs::path& folder) {
  return lower_name(folder.has_filename() ? folder : folder.parent_path());
}

std::vector<fs::path> read_parts(const fs::path& folder, Progress& progress) {
  auto parts = part_files(folder);
  if (!parts.unread.empty()) {
    progress.warn(
        fmt::format("{}: {} of the files there are not read, {} first: by their names "
                    "they are no Parquet, CSV or TSV files",
                    printable(folder.string()), parts.unread.size(),
                    printable(parts.unread.front().filename().string())));
  }
  return parts.files;
}

std::vector<fs::path> find_log(const fs::path& folder, std::span<const std::string> columns,
                               Progress& progress) {
  auto [named, loose] = look_into(folder);
  if (named.size() > 1) throw_two_logs(named[0], named[1]);
  if (named.size() == 1) {
    for (const auto& path : loose) {
      if (is_log(path, columns)) throw_two_logs(named[0], path);
    }
    return fs::is_directory(named[0]) ? read_parts(named[0], progress) : named;
  }
  if (named_of(folder).starts_with(kLogName)) return read_parts(folder, progress);
  // A small table of another kind may lie beside the parts; a log in another format may not.
  if (std::ranges::any_of(loose, is_parquet)) {
    std::erase_if(loose,
                  [&](const fs::path& path) { return is_csv(path) && !is_log(path, columns); });
  }
  return loose;
}

/// The one file of the folder that is called so; empty where there is none.
fs::path only_file(const fs::path& folder, std::span<const std::string_view> stems,
                   std::span<const std::string_view> endings) {
  fs::path found;
  for (const auto& path : entries(folder)) {
    const bool is_one = std::ranges::any_of(
        stems, [&](std::string_view stem) { return is_called(path, stem, endings); });
    if (!is_one) continue;
    check_link(path);
    if (!fs::is_regular_file(path)) continue;
    if (!found.empty()) {
      throw Error(ErrorCode::kBadData,
                  fmt::format("{}: holds both {} and {}, expected one of them; which is meant "
                              "cannot be known",
                              printable(folder.string()), printable(found.filename().string()),
                              printable(path.filename().string())));
    }
    found = path;
  }
  return found;
}

}  // namespace

std::vector<fs::path> log_files(const fs::path& path, std::span<const std::string> columns,
                                Progress& progress) {
  try {
    check_no_pipe(path);
    if (fs::is_regular_file(path)) return {path};
    if (fs::is_directory(path)) {
      auto files = find_log(path, columns, progress);
      check_one_format(files);
      if (!files.empty()) return files;
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: cannot be listed: {}", path.string(), error.code().message()));
  }
  throw Error(
      ErrorCode::kMissingInput,
      fmt::format("{}: no click log found; looked for train_actions.pq, .parquet, .csv, .tsv, "
                  ".csv.gz, a folder train_actions*/ of part files, and part files *.parquet, "
                  "*.pq, *.csv, *.tsv or *.csv.gz",
                  path.string()));
}

fs::path folder_of_log(const fs::path& path) {
  // a folder may be named with a slash at its end
  const auto log = path.has_filename() ? path : path.parent_path();
  const bool is_alone =
      fs::is_regular_file(log) || (fs::is_directory(log) && lower_name(log).starts_with(kLogName));
  if (!is_alone) return {};
  return log.has_parent_path() ? log.parent_path() : ".";
}

CatalogFiles catalog_files(const fs::path& folder) {
  try {
    if (!fs::is_directory(folder)) return {};
    return {only_file(folder, kCatalogStems, kTableEndings),
            only_file(folder, kMappingStems, kTableEndings),
            only_file(folder, kVectorStems, kVectorEndings)};
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: cannot be listed: {}", folder.string(), error.code().message()));
  }
}

}  // namespace vitrina::io
