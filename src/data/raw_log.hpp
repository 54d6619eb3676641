#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "data/string_table.hpp"
#include "data/text_tally.hpp"

namespace vitrina {

/// Why a row, or a product inside a row, was not used. Counted, never logged one by one.
enum class BadRow : std::uint8_t {
  kJunkUser,         ///< user id is null, empty, `/*` or no UTF-8
  kNullDate,         ///< date is null or cannot be read
  kUnknownAction,    ///< action is null or not in the schema's codes
  kImplausibleDate,  ///< date far outside the rest of the log
  kJunkProduct,      ///< a product of the row is null, empty, `/*` or no UTF-8, or its cell holds
                     ///< something else than ids; the row is kept
  kDuplicate,        ///< the same user, device, action, time, product and page once more
};
inline constexpr std::size_t kBadRowCount = 6;
inline constexpr std::array<std::string_view, kBadRowCount> kBadRowNames{
    "junk_user", "null_date", "unknown_action", "implausible_date", "junk_product", "duplicate"};

/// What reading files met that is not in the plain form, for people.
struct ReadNotes {
  std::vector<std::string> files;  ///< that were read, in their order
  std::vector<std::string>
      recognised;                 ///< `train_actions.csv: columns separated by ';'`, each once
  std::string zone;               ///< of dates that have one, as written; else empty
  TimeUs without_zone = kNoTime;  ///< the first of the dates that have none; kNoTime: all have one
  std::string clock;              ///< what those were turned to: `UTC` or a zone's name

  void add_recognised(std::string note) {
    if (std::ranges::find(recognised, note) == recognised.end()) {
      recognised.push_back(std::move(note));
    }
  }
};

/// Rows that were left out because they are newer than all the rest, by a gap.
struct NewerRows {
  std::uint64_t rows = 0;
  TimeUs first = 0;
  TimeUs last = 0;

  void add(TimeUs time) {
    first = rows == 0 ? time : std::min(first, time);
    last = rows == 0 ? time : std::max(last, time);
    ++rows;
  }
};

/// What reading a log met.
struct IngestCounts {
  std::uint64_t rows_read = 0;    ///< rows of the input files
  std::uint64_t rows_hidden = 0;  ///< rows at or after `as_of`: never looked at again
  std::uint64_t events = 0;       ///< exploded rows read, before bad dates and duplicates go
  std::uint64_t events_before_since = 0;  ///< exploded rows that drop_before() took out
  std::array<std::uint64_t, kBadRowCount> bad{};
  std::array<std::string, kBadRowCount> example{};  ///< the first value of each that is not null
  std::uint64_t product_cells = 0;  ///< of the rows that are used, those that name products
  std::uint64_t unread_cells = 0;   ///< of these, cells that hold something else than ids
  std::string unread_cell;          ///< the first of them
  NewerRows newer;                  ///< those of kImplausibleDate that are newer than the log
  TextTally unknown_actions;        ///< what stood in the rows of kUnknownAction; empty where null

  void add(BadRow reason, std::uint64_t n = 1) { bad[static_cast<std::size_t>(reason)] += n; }
  [[nodiscard]] std::uint64_t count(BadRow reason) const {
    return bad[static_cast<std::size_t>(reason)];
  }
};

inline constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();

/// Whether an external id names nobody: empty or the trackers' junk value `/*`.
constexpr bool is_junk_id(std::string_view id) { return id.empty() || id == "/*"; }

/// A log as read: exploded rows in file order, ids as codes by order of appearance. Unsorted and
/// with duplicates; data/build.hpp makes the EventLog from it.
struct RawLog {
  StringTable users;
  StringTable items;
  StringTable devices;
  std::vector<std::uint32_t> user;
  std::vector<std::uint32_t> item;    ///< kNoCode where the event names no product
  std::vector<std::uint32_t> device;  ///< kNoCode where there is none, or a junk one
  std::vector<TimeUs> time;
  std::vector<std::uint8_t> action;  ///< 0..9, core/action.hpp
  std::vector<std::uint32_t> page;   ///< 0 where there is none
  IngestCounts counts;
  ReadNotes notes;
};

/// A catalog as read: one entry per row, in file order; a product may occur again (the last row
/// wins).
struct RawCatalog {
  std::vector<std::string> product_id;
  std::vector<std::string> category_id;  ///< empty where unknown
  std::vector<float> price;              ///< NaN where unknown
  std::vector<float> old_price;          ///< NaN where unknown
  std::vector<TimeUs> add_date;          ///< kNoTime where unknown
  std::vector<std::string> title;

  /// Title vectors: `vectors` is n_vectors x dim, row-major; vector_of[i] is the row of
  /// vector_product[i].
  std::vector<std::string> vector_product;
  std::vector<std::uint64_t> vector_of;
  std::vector<float> vectors;
  std::uint32_t dim = 0;

  std::uint64_t n_junk = 0;             ///< rows without a product, left out
  std::uint64_t n_vectors_junk = 0;     ///< rows of the mapping that were ignored
  std::uint64_t n_prices_unread = 0;    ///< prices that are there and were not understood
  std::string price_unread;             ///< the first of them
  std::uint64_t n_prices_negative = 0;  ///< prices below 0, taken for unknown
  std::string price_negative;           ///< the first of them
  ReadNotes notes;
};

}  // namespace vitrina
