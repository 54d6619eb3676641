#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace vitrina {

/// While one lives, files in its folder and below are not flushed to disk when they are written:
/// for what goes when the process ends, however it ends.
class UnflushedFolder {
 public:
  explicit UnflushedFolder(const std::filesystem::path& folder);
  ~UnflushedFolder();
  UnflushedFolder(const UnflushedFolder&) = delete;
  UnflushedFolder& operator=(const UnflushedFolder&) = delete;

  /// Whether a file would not be flushed.
  static bool holds(const std::filesystem::path& path);

 private:
  std::string prefix_;
};

/// Runs `write` on `path` + ".tmp", flushes that file to disk and renames it to `path`, so that a
/// file under its final name is always whole. The folder is made when missing; on failure the
/// temporary file is removed. Throws Error(kOutOfResources) when the disk says no.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path&)>& write);

/// Writes `bytes` to `path` as above.
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// The same with pieces, one after another.
void write_file(const std::filesystem::path& path, std::span<const std::string_view> pieces);

/// The whole file, or its first `at_most` bytes. Throws Error(kMissingInput) when it is not there.
std::string read_file(const std::filesystem::path& path, std::size_t at_most = std::string::npos);

}  // namespace vitrina
