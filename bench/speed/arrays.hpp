#pragma once

#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::bench {

/// Arrays that both sides read and write: the numbers alone, as they lie in memory; the file's
/// suffix tells the type (`offsets.u64`), as bench/speed/race/arrays.py does.
template <class T>
std::vector<T> read_array(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (bytes.size() % sizeof(T) != 0) {
    throw Error(ErrorCode::kBadData, fmt::format("{}: found {} bytes, expected whole numbers of {}",
                                                 path.string(), bytes.size(), sizeof(T)));
  }
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

template <class T>
void write_array(const std::filesystem::path& path, std::span<const T> values) {
  write_file(path, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

}  // namespace vitrina::bench
