#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/archive.hpp"

namespace vitrina {

/// Indices travel as plain integers; the strong type comes back on reading.
template <class Idx>
std::vector<std::uint32_t> to_plain(const std::vector<Idx>& indices) {
  std::vector<std::uint32_t> plain(indices.size());
  std::transform(indices.begin(), indices.end(), plain.begin(), [](Idx idx) { return idx.value; });
  return plain;
}

template <class Idx>
std::vector<Idx> get_indices(const ArchiveReader& in, std::string_view name, std::size_t limit) {
  const auto plain = in.get<std::uint32_t>(name);
  std::vector<Idx> indices(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != Idx{}.value) indices[i] = Idx(plain[i]);
    if (indices[i].valid() && indices[i].value >= limit) in.fail(name, "has an index out of range");
  }
  return indices;
}

inline void check_size(const ArchiveReader& in, std::string_view name, std::size_t found,
                       std::size_t expected) {
  if (found != expected) in.fail(name, "has another length than its sister columns");
}

}  // namespace vitrina
