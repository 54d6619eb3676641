#include "command/places.hpp"

#include <fmt/format.h>

#include <system_error>

#include "bundle/manifest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::command {

namespace fs = std::filesystem;

void check_no_bundle(std::string_view option, const fs::path& folder) {
  std::error_code ignored;
  const auto place = folder.empty() ? fs::path(".") : folder;
  if (!fs::exists(place / bundle::kManifest, ignored)) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("--{}: {} is the folder of a bundle, which holds the bundle alone; name "
                          "another one",
                          option, printable(place.string())));
}

void check_json_place(std::string_view option, const fs::path& file) {
  check_no_bundle(option, file.parent_path());
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return;
  constexpr std::size_t kStart = 16;
  const auto start = read_file(file, kStart);
  const auto first = start.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || start[first] == '{' || start[first] == '[') return;
  throw Error(ErrorCode::kUsage,
              fmt::format("--{}: {} is there and is no JSON, and would be lost; name another file",
                          option, printable(file.string())));
}

}  // namespace vitrina::command
