#include "core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <system_error>
#include <vector>

#include "core/error.hpp"

namespace vitrina {
namespace {

Error disk_error(const std::filesystem::path& path, std::string_view doing) {
  return {ErrorCode::kOutOfResources,
          fmt::format("{}: cannot {}: {}", path.string(), doing, std::strerror(errno))};
}

void sync_to_disk(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags);
  if (descriptor < 0) throw disk_error(path, "open for flushing");
  const int status = ::fsync(descriptor);
  ::close(descriptor);
  if (status != 0) throw disk_error(path, "flush to disk");
}

/// The prefixes of all that live.
struct UnflushedPrefixes {
  std::mutex mutex;
  std::vector<std::string> prefixes;
};

UnflushedPrefixes& unflushed() {
  static UnflushedPrefixes all;
  return all;
}

std::string plain(const std::filesystem::path& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

UnflushedFolder::UnflushedFolder(const std::filesystem::path& folder)
    : prefix_(plain(folder / "")) {
  const std::scoped_lock lock(unflushed().mutex);
  unflushed().prefixes.push_back(prefix_);
}

UnflushedFolder::~UnflushedFolder() {
  const std::scoped_lock lock(unflushed().mutex);
  auto& prefixes = unflushed().prefixes;
  prefixes.erase(std::find(prefixes.begin(), prefixes.end(), prefix_));
}

bool UnflushedFolder::holds(const std::filesystem::path& path) {
  const auto name = plain(path);
  const std::scoped_lock lock(unflushed().mutex);
  const auto& prefixes = unflushed().prefixes;
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path&)>& write) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code status;
  std::filesystem::create_directories(folder, status);
  if (status) {
    throw Error(ErrorCode::kOutOfResources,
                fmt::format("{}: cannot make the folder: {}", folder.string(), status.message()));
  }
  auto temporary = path;
  temporary += ".tmp";
  const bool is_flushed = !UnflushedFolder::holds(path);
  try {
    write(temporary);
    if (is_flushed) sync_to_disk(temporary, O_RDONLY);
    std::filesystem::rename(temporary, path, status);
    if (status) {
      throw Error(ErrorCode::kOutOfResources,
                  fmt::format("{}: cannot rename: {}", path.string(), status.message()));
    }
    if (is_flushed) sync_to_disk(folder, O_RDONLY | O_DIRECTORY);
  } catch (...) {
    std::filesystem::remove(temporary, status);
    throw;
  }
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  write_file(path, std::span(&bytes, 1));
}

void write_file(const std::filesystem::path& path, std::span<const std::string_view> pieces) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    for (const auto piece : pieces) {
      out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    }
    out.close();
    if (!out) throw disk_error(path, "write");
  });
}

std::string read_file(const std::filesystem::path& path, std::size_t at_most) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in || std::filesystem::is_directory(path)) {
    throw Error(ErrorCode::kMissingInput, fmt::format("{}: no such file", path.string()));
  }
  std::string bytes(std::min(static_cast<std::size_t>(in.tellg()), at_most), '\0');
  in.seekg(0);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) throw Error(ErrorCode::kBadData, fmt::format("{}: cannot be read", path.string()));
  return bytes;
}

}  // namespace vitrina
