#pragma once

// Internal to io: the zip container of numpy's archives.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vitrina::io {

/// A zip file open for reading. Every error is an Error(kBadData) that names the file.
class ZipReader {
 public:
  /// Throws Error(kMissingInput) when there is no such file.
  explicit ZipReader(const std::filesystem::path& path);

  /// The bytes of the member `name`, with their checksum verified; none where it is not there.
  [[nodiscard]] std::optional<std::string> read(const std::string& name);

  [[noreturn]] void fail(std::string_view what) const;

 private:
  struct Close {
    void operator()(void* archive) const;
  };

  std::string path_;
  std::unique_ptr<void, Close> archive_;
};

/// Writes a zip file with one stored member, `pieces` one after another, dated 1980-01-01 as numpy
/// dates them. The bytes depend on the arguments only.
void write_zip(const std::filesystem::path& path, const std::string& name,
               std::span<const std::string_view> pieces);

}  // namespace vitrina::io
