#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/csr.hpp"

namespace vitrina {

/// Writes named blocks of plain values into one checked file (docs/artifacts.md has the layout):
/// magic, format version, kind and kind version, then per block its name, element size, length
/// and CRC-32C. Little-endian. The bytes depend on the content only.
class ArchiveWriter {
 public:
  ArchiveWriter(std::string_view kind, std::uint32_t version) : kind_(kind), version_(version) {}

  template <class T>
  void put(std::string_view name, std::span<const T> values) {
    static_assert(
        (std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>) ||
        std::is_floating_point_v<T>);
    add(name, sizeof(T), std::as_bytes(values));
  }
  template <class T>
  void put(std::string_view name, const std::vector<T>& values) {
    put(name, std::span<const T>(values));
  }
  template <class T>
  void put(std::string_view name, const Csr<T>& rows) {
    put(std::string(name) + ".offsets", rows.offsets);
    put(std::string(name) + ".values", rows.values);
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void put_value(std::string_view name, T value) {
    put(name, std::span<const T>(&value, 1));
  }
  void put_text(std::string_view name, std::string_view text);
  void put_texts(std::string_view name, const std::vector<std::string>& texts);

  /// Writes the file atomically (core/file.hpp).
  void write(const std::filesystem::path& path) const;

 private:
  struct Block {
    std::string name;
    std::uint32_t element_size;
    std::vector<std::byte> bytes;
  };
  void add(std::string_view name, std::size_t element_size, std::span<const std::byte> bytes);

  std::string kind_;
  std::uint32_t version_;
  std::vector<Block> blocks_;
};

/// The values of a block where they lie among the bytes of a file, at any address.
template <class T>
class BlockView {
 public:
  explicit BlockView(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const { return bytes_.size() / sizeof(T); }
  [[nodiscard]] T operator[](std::size_t i) const {
    T value;
    std::memcpy(&value, bytes_.data() + i * sizeof(T), sizeof(T));
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// Reads what ArchiveWriter wrote. Sizes are checked against the file before anything is
/// allocated, checksums before anything is returned. Throws Error(kMissingInput) when the file is
/// not there and Error(kIncompatibleArtifact) when it is damaged or of another kind or version.
class ArchiveReader {
 public:
  ArchiveReader(const std::filesystem::path& path, std::string_view kind, std::uint32_t version);

  /// Without a copy; holds as long as the reader.
  template <class T>
  [[nodiscard]] BlockView<T> view(std::string_view name) const {
    return BlockView<T>(block(name, sizeof(T)));
  }
  template <class T>
  [[nodiscard]] std::vector<T> get(std::string_view name) const {
    const auto bytes = block(name, sizeof(T));
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  /// Numbers, each of which is one: no infinity, no NaN.
  template <class T>
    requires std::is_floating_point_v<T>
  [[nodiscard]] std::vector<T> get_finite(std::string_view name) const {
    auto values = get<T>(name);
    for (const auto value : values) {
      if (!std::isfinite(value)) fail(name, "has a number that is none");
    }
    return values;
  }
  /// Rows whose offsets are checked.
  template <class T>
  [[nodiscard]] Csr<T> get_csr(std::string_view name) const {
    Csr<T> rows;
    rows.offsets = get<std::uint64_t>(std::string(name) + ".offsets");
    rows.values = get<T>(std::string(name) + ".values");
    check_offsets(name, rows.offsets, rows.values.size());
    return rows;
  }
  template <class T>
  [[nodiscard]] T get_value(std::string_view name) const {
    const auto values = get<T>(name);
    if (values.size() != 1) fail(name, "is not a single value");
    return values[0];
  }
  [[nodiscard]] std::string get_text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> get_texts(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;

  /// Fails where offsets do not start at 0, fall, or do not end at `n_values`.
  void check_offsets(std::string_view name, const std::vector<std::uint64_t>& offsets,
                     std::size_t n_values) const;
  /// Throws Error(kIncompatibleArtifact): `path: block 'name' <what>`.
  [[noreturn]] void fail(std::string_view name, std::string_view what) const;

 private:
  struct Block {
    std::uint32_t element_size;
    std::size_t begin;
    std::size_t size;
  };
  void parse(std::string_view kind, std::uint32_t version);
  [[nodiscard]] std::span<const std::byte> block(std::string_view name,
                                                 std::size_t element_size) const;

  std::filesystem::path path_;
  std::string bytes_;
  std::map<std::string, Block, std::less<>> blocks_;
};

/// SHA-256 of an archive's header, which has the names, sizes and checksums of all its blocks:
/// tells archives apart without reading them. Errors as ArchiveReader.
std::string archive_digest(const std::filesystem::path& path);

}  // namespace vitrina
