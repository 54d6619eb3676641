#include "tools/simulation_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "io/row_count.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::array kFiles{kLogFile, kCatalogFile, kMappingFile, kVectorsFile};

/// The record of a folder; null where there is none that the simulator could have written.
Json read_record(const fs::path& folder) {
  const auto path = folder / kRecordFile;
  if (!fs::exists(path)) return nullptr;
  auto json = Json::parse(read_file(path), nullptr, false);
  return json.is_object() && json.contains("simulator_version") ? json : Json(nullptr);
}

/// Digests of the record's part `key`, one a name or a list.
void add_files(const Json& record, const char* key, FileDigests& files) {
  const auto part = record.find(key);
  if (part == record.end() || !part->is_object()) return;
  for (const auto& [name, value] : part->items()) {
    for (const auto& digest : value.is_array() ? value : Json::array({value})) {
      if (digest.is_string()) files.emplace(name, digest.get<std::string>());
    }
  }
}

bool has_rows(const fs::path& table, const Json& record, const char* key) {
  const auto n = record.find(key);
  try {
    return n != record.end() && n->is_number_unsigned() &&
           io::row_count(table) == n->get<std::uint64_t>();
  } catch (const Error&) {
    return false;
  }
}

/// Records without digests are of builds before 0.2: the numbers of rows have to do.
bool fits_old_record(const fs::path& file, const Json& record) {
  const auto name = file.filename().string();
  if (name == kLogFile) return has_rows(file, record, "rows");
  if (name == kCatalogFile) return has_rows(file, record, "catalog_rows");
  return std::find(kFiles.begin(), kFiles.end(), name) != kFiles.end();
}

bool is_ours(const fs::path& file, const Json& record, const FileDigests& files) {
  const auto name = file.filename().string();
  if (record.is_null() || !fs::is_regular_file(file)) return false;
  if (name == kRecordFile) return true;
  if (files.empty()) return fits_old_record(file, record);
  const auto [begin, end] = files.equal_range(name);
  if (begin == end) return false;
  const auto digest = sha256_file(file);
  return std::any_of(begin, end, [&](const auto& known) { return known.second == digest; });
}

}  // namespace

FileDigests recorded_files(const fs::path& folder) {
  FileDigests files;
  const auto record = read_record(folder);
  if (record.is_null()) return files;
  add_files(record, "files", files);
  add_files(record, "before", files);
  return files;
}

void check_folder(const fs::path& folder) {
  const auto record = read_record(folder);
  const auto files = recorded_files(folder);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with('.') || is_ours(entry.path(), record, files)) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: holds {}, which simulate did not make; name an empty or a new "
                            "folder with --out",
                            printable(folder.string()), printable(name)));
  }
}

}  // namespace vitrina::tools
