#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/string_table.hpp"

namespace vitrina {

/// The texts of some codes of a table in ascending order of their bytes.
struct TextRanking {
  std::vector<std::string_view> sorted;
  std::vector<std::uint32_t> rank;  ///< by code: its position in `sorted`; kNoCode if not used
};

/// Ranks the codes for which `used` is not 0. The views point into `table`.
TextRanking rank_texts(const StringTable& table, const std::vector<char>& used);

}  // namespace vitrina
