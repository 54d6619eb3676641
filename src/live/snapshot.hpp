#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "data/string_table.hpp"
#include "live/store.hpp"

namespace vitrina::live {

/// Writes what a Store holds into a file: a note of the caller's, then customer by customer (one
/// that is written again takes the earlier one's place), then the texts of products and of the
/// devices that an event in it names, in numbers of the file's own, then a CRC-32C of all before.
/// 21 bytes an event.
class SnapshotWriter {
 public:
  /// `n_events` is about how many will come. Throws Error(kOutOfResources), as the rest.
  SnapshotWriter(std::filesystem::path file, std::string_view note, std::uint64_t n_events);

  /// Keeps a customer in memory until flush().
  void add(Kind kind, std::string_view id, std::span<const StoredEvent> events);
  void flush();
  /// After the last customer: the next of the texts that all of them name, some of them, likewise
  /// in memory until flush(). Whether any are left.
  [[nodiscard]] bool add_texts(const StringTable& products, const StringTable& devices);
  /// After the last text.
  void finish();

 private:
  /// The file's number of a device.
  std::uint32_t number_of(std::uint32_t device);
  void add_text(std::string_view text);
  template <class T>
  void add_value(T value) {
    static_assert(std::is_integral_v<T>);
    buffer_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::filesystem::path file_;
  std::ofstream out_;
  std::string buffer_;
  std::vector<std::uint32_t> numbers_;     ///< by a device's code; kNoCode where it has none yet
  std::vector<std::uint32_t> devices_;     ///< codes by the file's number
  std::optional<std::size_t> n_products_;  ///< once texts are added
  std::size_t n_texts_ = 0;                ///< added, products' and then devices'
  std::uint32_t crc_ = 0;
};

/// Reads such a file into an empty store if `is_wanted` of its note. Whether it did. Throws
/// Error(kIncompatibleArtifact) for a file that is damaged or of another version; the store is of
/// no use then.
bool read_snapshot(const std::filesystem::path& file,
                   const std::function<bool(std::string_view note)>& is_wanted, Store& store);

}  // namespace vitrina::live
