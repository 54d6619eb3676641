#include "io/table_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <system_error>

#include "core/error.hpp"
#include "core/file_error.hpp"

namespace vitrina::io {
namespace {

/// Whether the name of a file that somebody chose says that it is text. In a folder is_csv() picks
/// the files: a note beside the log is no part of it.
bool is_named_text(const std::filesystem::path& path) {
  const auto name = lower_name(path);
  return is_csv(path) || name.ends_with(".txt") || name.ends_with(".txt.gz");
}

}  // namespace

std::string lower_name(const std::filesystem::path& path) {
  auto name = path.filename().string();
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

bool is_csv(const std::filesystem::path& path) {
  const auto name = lower_name(path);
  return std::ranges::any_of(std::array{".csv", ".csv.gz", ".tsv", ".tsv.gz"},
                             [&](const char* ending) { return name.ends_with(ending); });
}

bool is_parquet(const std::filesystem::path& path) {
  const auto name = lower_name(path);
  return name.ends_with(".parquet") || name.ends_with(".pq");
}

void check_no_pipe(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::is_other(status)) return;
  throw Error(ErrorCode::kMissingInput,
              fmt::format("{}: is a pipe or a device, expected a file", path.string()));
}

std::unique_ptr<TableSource> open_table(const std::filesystem::path& path, int threads) {
  check_no_pipe(path);
  check_readable(path);
  return is_named_text(path) ? open_csv(path, threads) : open_parquet(path, threads);
}

bool has_column(const std::filesystem::path& path, const std::string& column,
                const std::vector<std::string>& found) {
  const auto n = std::ranges::count(found, column);
  if (n > 1) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: column '{}' stands there {} times; leave one of them",
                            path.string(), column, n));
  }
  return n == 1;
}

void throw_missing_column(const std::filesystem::path& path, const std::string& column,
                          const std::vector<std::string>& found) {
  const std::vector<std::string_view> names(found.begin(), found.end());
  const auto nearest = nearest_name(column, names.data(), names.data() + names.size());
  throw Error(
      ErrorCode::kBadData,
      fmt::format("{}: column '{}' is missing, found columns {}{}; other names can be given "
                  "with --schema",
                  path.string(), column, printable(fmt::format("{}", fmt::join(found, ", "))),
                  nearest.empty() ? "" : fmt::format(", the nearest is '{}'", printable(nearest))));
}

}  // namespace vitrina::io
