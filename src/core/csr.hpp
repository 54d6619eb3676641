#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitrina {

/// Rows of varying length in one block: row r is values[offsets[r], offsets[r + 1]).
template <class T>
struct Csr {
  std::vector<std::uint64_t> offsets{0};
  std::vector<T> values;

  [[nodiscard]] std::size_t n_rows() const { return offsets.size() - 1; }
  [[nodiscard]] std::span<const T> row(std::size_t r) const {
    return {values.data() + offsets[r], static_cast<std::size_t>(offsets[r + 1] - offsets[r])};
  }
};

}  // namespace vitrina
