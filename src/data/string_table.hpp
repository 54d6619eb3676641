#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/csr.hpp"

namespace vitrina {

/// Interns texts: equal texts get equal codes, numbered by first appearance. An open-addressing
/// table over one block of characters: no allocation per text.
class StringTable {
 public:
  /// The code of `text`, new or known.
  std::uint32_t intern(std::string_view text);
  [[nodiscard]] std::size_t size() const { return texts_.n_rows(); }
  [[nodiscard]] std::string_view text(std::size_t code) const {
    const auto row = texts_.row(code);
    return {row.data(), row.size()};
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t code = 0;
    bool used = false;
  };
  void grow();

  Csr<char> texts_;
  std::vector<Slot> slots_;
};

}  // namespace vitrina
