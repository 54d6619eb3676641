#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sha256_ctx;  // of <nettle/sha2.h>, NOLINT(readability-identifier-naming)

namespace vitrina {

/// CRC-32C (Castagnoli) of a block, continued from `crc`.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

/// SHA-256 (FIPS 180-4) of a stream of bytes.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  void update(std::string_view bytes);
  /// The digest; the object must not be used afterwards.
  std::array<char, 32> bytes();
  /// The same as 64 lower-case hex digits.
  std::string hex();

 private:
  std::unique_ptr<sha256_ctx> context_;
};

std::string sha256_text(std::string_view bytes);

/// SHA-256 of a file, read in pieces. Throws Error(kMissingInput).
std::string sha256_file(const std::filesystem::path& path);

}  // namespace vitrina
