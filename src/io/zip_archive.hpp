#pragma once

// Internal to io: the little of the zip format that numpy archives use.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::io {

/// A zip file open for reading. Every error is an Error(kBadData) that names the file.
class ZipReader {
 public:
  /// Reads the directory of the archive. Throws Error(kMissingInput) when there is no such file.
  explicit ZipReader(const std::filesystem::path& path);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// The bytes of the member at `index`, with its checksum verified.
  [[nodiscard]] std::string read(std::size_t index);

  [[noreturn]] void fail(std::string_view what) const;

 private:
  struct Member {
    std::uint16_t method = 0;
    std::uint32_t crc = 0;
    std::uint64_t compressed = 0;
    std::uint64_t size = 0;
    std::uint64_t header = 0;  ///< where its local header is
  };
  [[nodiscard]] std::string bytes(std::uint64_t begin, std::uint64_t n);
  void read_directory(std::uint64_t begin, std::uint64_t n_bytes, std::uint64_t n_members);
  void read_zip64_sizes(std::string_view extra, Member& member) const;
  void inflate_member(std::uint64_t begin, const Member& member, std::string& out);

  std::string path_;
  std::ifstream in_;
  std::uint64_t n_bytes_ = 0;
  std::vector<std::string> names_;
  std::vector<Member> members_;
};

/// The bytes of a zip file with one stored member, dated 1980-01-01 as numpy dates them.
/// `head` + `body` are the content, kept apart so that the body is not copied twice.
std::string zip_one_member(std::string_view name, std::string_view head, std::string_view body);

}  // namespace vitrina::io
