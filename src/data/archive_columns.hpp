#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/archive.hpp"
#include "core/utf8.hpp"

namespace vitrina {

/// Indices below `limit`, or none.
template <class Idx>
std::vector<Idx> get_indices(const ArchiveReader& in, std::string_view name, std::size_t limit) {
  auto indices = in.get<Idx>(name);
  for (const auto index : indices) {
    if (index.valid() && index.value >= limit) in.fail(name, "has an index out of range");
  }
  return indices;
}

/// Texts of an IdMap, strictly ascending.
inline Csr<char> get_sorted_texts(const ArchiveReader& in, std::string_view name) {
  auto texts = in.get_csr<char>(name);
  const auto text = [&](std::size_t i) {
    const auto row = texts.row(i);
    return std::string_view(row.data(), row.size());
  };
  for (std::size_t i = 1; i < texts.n_rows(); ++i) {
    if (text(i) <= text(i - 1)) in.fail(name, "is not in order");
  }
  return texts;
}

/// The same of external ids: answers are made of them.
inline Csr<char> get_ids(const ArchiveReader& in, std::string_view name) {
  auto ids = get_sorted_texts(in, name);
  for (std::size_t i = 0; i < ids.n_rows(); ++i) {
    const auto id = ids.row(i);
    if (!is_utf8({id.data(), id.size()})) in.fail(name, "has an id that is no UTF-8");
  }
  return ids;
}

inline void check_size(const ArchiveReader& in, std::string_view name, std::size_t found,
                       std::size_t expected) {
  if (found != expected) in.fail(name, "has another length than its sister columns");
}

}  // namespace vitrina
