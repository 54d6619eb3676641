#include "core/hash.hpp"

#include <fmt/format.h>
#include <nettle/sha2.h>

#include <array>
#include <cstring>

#include "core/file.hpp"

namespace vitrina {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82f63b78U : 0U);
    }
    table[i] = value;
  }
  return table;
}

constexpr auto kCrcTable = make_crc_table();

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
  crc = ~crc;
  const std::byte* data = bytes.data();
  std::size_t n = bytes.size();
#ifdef __SSE4_2__
  std::uint64_t wide = crc;
  for (; n >= 8; n -= 8, data += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
#endif
  for (; n > 0; --n, ++data) {
    crc = (crc >> 8U) ^ kCrcTable[(crc ^ std::to_integer<std::uint32_t>(*data)) & 0xffU];
  }
  return ~crc;
}

Sha256::Sha256() : context_(std::make_unique<sha256_ctx>()) { ::sha256_init(context_.get()); }

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  ::sha256_update(context_.get(), bytes.size(),
                  reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

std::array<char, 32> Sha256::bytes() {
  std::array<char, SHA256_DIGEST_SIZE> digest{};
  ::sha256_digest(context_.get(), digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
  return digest;
}

std::string Sha256::hex() {
  std::string text;
  for (const char byte : bytes()) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string sha256_text(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_file(const std::filesystem::path& path) {
  Sha256 hash;
  read_pieces(path, [&](std::string_view piece) {
    hash.update(piece);
    return true;
  });
  return hash.hex();
}

}  // namespace vitrina
