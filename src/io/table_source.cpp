#include "io/table_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <system_error>

#include "core/error.hpp"
#include "core/file_error.hpp"

namespace vitrina::io {

bool is_csv(const std::filesystem::path& path) {
  const auto name = path.filename().string();
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

bool is_parquet(const std::filesystem::path& path) {
  const auto name = path.filename().string();
  return name.ends_with(".parquet") || name.ends_with(".pq");
}

std::unique_ptr<TableSource> open_table(const std::filesystem::path& path, int threads) {
  check_readable(path);
  std::error_code status;
  if (!std::filesystem::is_regular_file(path, status)) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: is a pipe or a device, expected a file", path.string()));
  }
  return is_csv(path) ? open_csv(path, threads) : open_parquet(path, threads);
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
