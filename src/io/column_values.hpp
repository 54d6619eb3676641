#pragma once

// Internal to io: columns of any Arrow type as plain texts, numbers and times.

#include <arrow/type_fwd.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "io/log_schema.hpp"
#include "io/sound_id.hpp"
#include "io/time_zone.hpp"

namespace vitrina::io {

inline constexpr std::int64_t kNoInteger = std::numeric_limits<std::int64_t>::min();

/// The texts of a column without a copy: row r is values[r], or values[index[r]] where the column
/// has a dictionary. A null is an empty view. Views point into the Arrow arrays the column was
/// loaded from, which must be kept, and into `owned`.
struct Texts {
  static constexpr std::uint32_t kNull = std::numeric_limits<std::uint32_t>::max();

  bool indexed = false;
  bool is_utf8 = true;  ///< known to be; bytes of a binary column may be anything
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
  /// Cells that hold something else than ids, with the element, an empty one, that stands for each;
  /// ascending.
  std::vector<std::pair<std::uint64_t, std::string_view>> unread;
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
/// `['1', '2']`, `[1, 2]` or `['1' '2']` are read as the lists they print, and what prints objects
/// or lists of lists is noted as unread.
void load_lists(const arrow::ChunkedArray& column, TextLists& lists);

/// Whole numbers, also as doubles or texts; kNoInteger where there is none. Numbers over 2^63
/// wrap, so their low bits are kept.
void load_integers(const arrow::ChunkedArray& column, std::vector<std::int64_t>& numbers);

/// Rows whose price cannot be used.
struct BadPrices {
  std::uint64_t n_unread = 0;    ///< texts that are no price
  std::string unread;            ///< the first of them
  std::uint64_t n_negative = 0;  ///< prices below 0
  std::string negative;          ///< the first of them
};

/// Prices: numbers of any type, also decimals and texts (io/price_text.hpp); NaN where there is
/// none or it is below 0. Adds to `bad`.
void load_prices(const arrow::ChunkedArray& column, std::vector<float>& prices, BadPrices& bad);

/// How the moments of a column are to be read.
struct DateForm {
  DateUnit unit = DateUnit::kNone;
  DateFormat format = DateFormat::kPlain;
  const TimeZone* zone = nullptr;  ///< the clock that moments with a zone are turned to; null: UTC
};

/// What was met among the moments of a column.
struct DatesMet {
  bool other_form = false;        ///< texts such as 28.09.2024
  std::string zone;               ///< of the first moment that has one
  TimeUs without_zone = kNoTime;  ///< the first moment that has none
};

/// Timestamps and dates of any unit, texts (io/date_text.hpp), numbers when `form.unit` says what
/// they count since 1970 in UTC, to the microsecond; kNoTime where there is none or it does not
/// fit. Adds to `met`.
void load_times(const arrow::ChunkedArray& column, const DateForm& form, std::vector<TimeUs>& times,
                DatesMet& met);

/// What stands in a row, as text for people; empty for null.
std::string shown(const arrow::ChunkedArray& column, std::size_t row);

}  // namespace vitrina::io
