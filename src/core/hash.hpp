#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace vitrina {

/// CRC-32C (Castagnoli) of a block, continued from `crc`.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

/// SHA-256 (FIPS 180-4) of a stream of bytes.
class Sha256 {
 public:
  /// `is_portable`: not by the processor's own instructions, where it has them; for tests.
  explicit Sha256(bool is_portable = false) : is_portable_(is_portable) {}

  void update(std::string_view bytes);
  /// The digest as 64 lower-case hex digits; the object must not be used afterwards.
  std::string hex();

 private:
  void add(const unsigned char* data, std::size_t n_blocks);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> buffer_{};
  std::uint64_t length_ = 0;
  bool is_portable_;
};

std::string sha256_text(std::string_view bytes);

/// SHA-256 of a file, read in pieces. Throws Error(kMissingInput).
std::string sha256_file(const std::filesystem::path& path);

}  // namespace vitrina
