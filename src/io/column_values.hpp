#pragma once

// Internal to io: columns of any Arrow type as plain texts, numbers and times.

#include <arrow/type_fwd.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "io/log_schema.hpp"

namespace vitrina::io {

inline constexpr std::int64_t kNoInteger = std::numeric_limits<std::int64_t>::min();

/// The texts of a column without a copy: row r is values[r], or values[index[r]] where the column
/// has a dictionary. A null is an empty view. Views point into the Arrow arrays the column was
/// loaded from, which must be kept, and into `owned`.
struct Texts {
  static constexpr std::uint32_t kNull = std::numeric_limits<std::uint32_t>::max();

  bool indexed = false;
  std::vector<std::string_view> values;
  std::vector<std::uint32_t> index;
  std::vector<std::unique_ptr<char[]>> owned;  ///< printed numbers, unescaped texts

  [[nodiscard]] std::size_t size() const { return indexed ? index.size() : values.size(); }
  [[nodiscard]] std::string_view at(std::size_t row) const {
    if (!indexed) return values[row];
    return index[row] == kNull ? std::string_view() : values[index[row]];
  }
  void clear();
};

/// The lists of a column: row r is elements [rows[r].begin, rows[r].begin + rows[r].size).
struct TextLists {
  struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
  };
  std::vector<Extent> rows;
  Texts elements;
  Texts cells;  ///< scratch: cells that are lists written as text

  void clear();
};

// Each loader replaces what the last argument held. They throw Error(kBadData) saying which
// type was found where the type cannot be understood; the caller adds file and column.

/// A whole number written as text, `5` or `5.0`; kNoInteger when it is not one.
std::int64_t parse_integer(std::string_view text);

/// Texts, binaries and dictionaries of them as they are; whole numbers printed (a double such as
/// 7.0 as `7`).
void load_texts(const arrow::ChunkedArray& column, Texts& texts);

/// Lists of the above; a column without lists gives one element a row, but cells such as
/// `['1', '2']`, `[1, 2]` or `['1' '2']` are read as the lists they print.
void load_lists(const arrow::ChunkedArray& column, TextLists& lists);

/// Whole numbers, also as doubles or texts; kNoInteger where there is none. Numbers over 2^63
/// wrap, so their low bits are kept.
void load_integers(const arrow::ChunkedArray& column, std::vector<std::int64_t>& numbers);

/// Numbers of any type, also decimals and texts; NaN where there is none.
void load_floats(const arrow::ChunkedArray& column, std::vector<float>& numbers);

/// Timestamps and dates of any unit, texts in ISO form, whole numbers when `unit` says what they
/// count; kNoTime where there is none or it does not fit.
void load_times(const arrow::ChunkedArray& column, DateUnit unit, std::vector<TimeUs>& times);

}  // namespace vitrina::io
