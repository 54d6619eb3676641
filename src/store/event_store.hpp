#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/lock.hpp"
#include "store/database.hpp"
#include "store/link_table.hpp"
#include "store/product_table.hpp"
#include "store/recent_ids.hpp"
#include "vitrina/live.hpp"

namespace vitrina::store {

/// Whose events they are.
enum class Kind : std::uint8_t { kUser, kVisit };

/// A row of the store.
struct Row {
  KeptEvent event;
  std::optional<EventKey> key;      ///< of the told event's id, with the first of its rows
  std::int64_t arrived_us = 0;      ///< microseconds of UTC since 1970; never falls from row to row
  std::string recommendation = {};  ///< id of the answer that it came of; empty: none
};

/// Rows of a customer, as find() has found them.
struct FoundRows {
  std::int64_t until = 0;           ///< number of the last row that was looked at
  std::vector<std::int64_t> rows;   ///< their numbers
  std::vector<std::string> visits;  ///< linked to the customer, whose rows are among them
};

/// That a customer was forgotten.
struct Receipt {
  std::string digest;       ///< SHA-256 of the store's salt, kind and id
  std::int64_t at_s = 0;    ///< seconds of UTC since 1970
  std::int64_t n_rows = 0;  ///< erased

  /// When it was: ISO time of UTC, with its `Z`.
  [[nodiscard]] std::string at_text() const;
};

/// What was told to a server, in a folder: `events.db`, a database of SQLite in WAL mode. A commit
/// is on the disk when it returns. Not thread-safe.
class EventStore {
 public:
  enum class Access {
    kWrite,  ///< a server's: made where there is none, and nobody else's to write meanwhile
    kRead,   ///< beside a server or without one
  };

  /// Throws Error(kMissingInput) where there is none to read, Error(kOutOfResources) where another
  /// process writes there, Error(kBadData) for what is no store and Error(kIncompatibleArtifact)
  /// for one of another version.
  EventStore(const std::filesystem::path& folder, Access access);
  EventStore(const EventStore&) = delete;
  EventStore& operator=(const EventStore&) = delete;
  ~EventStore() = default;

  /// Throws Error(kMissingInput) where the folder has no store.
  static void check_is_there(const std::filesystem::path& folder);

  /// All rows are written, or none; throws Error(kOutOfResources) then. While this object lives no
  /// number of a row comes twice, whatever is erased.
  void append(std::span<const Row> rows);

  /// Up to `limit` rows behind that of number `after`, oldest first; moves `after` to the last.
  /// Throws Error(kIncompatibleArtifact) for one that is no event.
  [[nodiscard]] std::vector<Row> read(std::int64_t& after, std::size_t limit) const;
  /// Calls `use` with number and time of up to `limit` rows behind that of number `after`, none of
  /// them behind that of number `until`, oldest first.
  void read_times(std::int64_t after, std::int64_t until, std::size_t limit,
                  const std::function<void(std::int64_t row, std::int64_t time_us)>& use) const;
  [[nodiscard]] std::int64_t n_rows() const;
  /// Number of the newest row; 0 where there is none.
  [[nodiscard]] std::int64_t last_row() const;
  /// Calls `use` with the event ids of rows up to number `last` that arrived from then on, oldest
  /// first.
  void read_keys(std::int64_t arrived_from_us, std::int64_t last,
                 const std::function<void(const EventKey&, std::int64_t arrived_us)>& use) const;

  /// The latest time of an event, among the newest rows, of which there are more than any clock is
  /// set back by; 0 where there is none.
  [[nodiscard]] std::int64_t latest() const;
  /// When the newest row arrived; 0 where there is none.
  [[nodiscard]] std::int64_t last_arrival() const;

  /// The clock of the events' times, as LiveOptions::time_zone; empty where nothing was said yet.
  [[nodiscard]] std::string clock() const;
  void set_clock(std::string_view zone);
  /// The same of a folder that no server has opened yet; empty where no store is there, or one
  /// without events.
  static std::string clock_of(const std::filesystem::path& folder);

  /// Whose visits are is in memory from the first row that is read on. It leaves it, and is read
  /// anew with the next row: a reader does not see what a server beside it changes.
  void let_go_of_links() { links_.let_go(); }

  /// What tells this store, with its first row, its rows up to one and who is forgotten, from
  /// others and from what it was before.
  [[nodiscard]] std::string mark(std::int64_t last) const;
  /// Where a copy of what memory holds may lie, and where one is made.
  [[nodiscard]] std::filesystem::path snapshot() const { return folder_ / "snapshot.bin"; }
  [[nodiscard]] std::filesystem::path new_snapshot() const { return folder_ / "snapshot.new"; }
  /// Of copies that are made or were not finished. Throws Error(kOutOfResources), as the next
  /// three.
  void erase_new_snapshot() const;
  /// Gives the copy another name, under which nobody reads it, and erases it by that: what takes
  /// long with a large one is done where nobody waits.
  void put_snapshot_aside() const;
  void erase_old_snapshot() const;
  /// Of all copies; forget() does so.
  void erase_snapshots() const;

  /// What the shop has said of its products.
  [[nodiscard]] ProductTable& products() { return products_; }

  /// From now on a visit's events, those before too, are read as a user's. False, and nothing is
  /// changed, where they are another user's.
  bool link(std::string_view visit, std::string_view user) { return links_.link(visit, user); }
  [[nodiscard]] const LinkTable& links() const { return links_; }

  /// Why that customer cannot be forgotten: a visit that is linked to a user, whose its events are.
  [[nodiscard]] std::optional<std::string> refusal(Kind kind, std::string_view customer) const;
  /// The rows of a customer that are there now, and of the visits linked to it, read some at a time
  /// so that they are in nobody's way. Calls `between` meanwhile, which may throw.
  [[nodiscard]] FoundRows find(
      Kind kind, std::string_view customer, const std::function<void()>& between = [] {});
  /// Whether forget() can go by what was found: no visit was linked to the customer since.
  [[nodiscard]] bool covers(Kind kind, std::string_view customer, const FoundRows& found) const;
  /// Erases copies of memory, the rows of a customer and of the visits linked to it, overwriting
  /// them, and remembers a hash of the id: a log from before does not bring the customer back. Rows
  /// that another object on this store has found need not be looked for: without them all are read.
  /// When it throws, all rows are there still; Error(kBadData) says the refusal(). Then empty_log()
  /// should follow.
  Receipt forget(Kind kind, std::string_view customer, const FoundRows& found = {});
  /// Whether the log ahead of the database may still hold the pages of who was forgotten.
  [[nodiscard]] bool has_traces() const { return has_traces_; }
  /// Takes the log over into the database and empties it; false where a reader is in the way, for
  /// which it waits no longer than events may. Throws Error of Database.
  bool empty_log();
  /// Of the last time that forget() was called for that id, without the rows it erased.
  [[nodiscard]] std::optional<Receipt> receipt(Kind kind, std::string_view customer) const;
  [[nodiscard]] bool has_forgotten() const;
  /// Erases copies of memory and, of these rows, those from before a moment, all or none; how many.
  std::size_t erase_before(std::int64_t time_us, std::span<const std::int64_t> rows);
  /// Calls of forget() and erase_before() on this object.
  [[nodiscard]] std::size_t n_forgets() const { return n_forgets_; }
  /// Rows of a customer, linked visits included.
  [[nodiscard]] std::int64_t n_rows_of(Kind kind, std::string_view customer) const;
  /// All ids and other texts that have `part` as a part and are longer.
  [[nodiscard]] std::vector<std::string> texts_around(std::string_view part) const;

 private:
  /// `what` of the rows of a customer, among those that `where` (?3 and on) is true of.
  [[nodiscard]] Statement rows_of(std::string_view what, std::string_view where, Kind kind,
                                  std::string_view customer) const;
  /// How many there were.
  std::int64_t erase(Kind kind, std::string_view customer, const FoundRows& found);
  [[nodiscard]] KeptEvent event_of(const Statement& select) const;
  /// The number of a row. Throws where it is not behind the one before, as in a database whose
  /// pages were mixed up: who reads on from the last row would never come to an end.
  [[nodiscard]] std::int64_t row_behind(const Statement& select, std::int64_t after) const;
  [[nodiscard]] std::string tombstone(Kind kind, std::string_view customer) const;

  [[nodiscard]] std::filesystem::path old_snapshot() const { return folder_ / "snapshot.old"; }

  std::filesystem::path folder_;
  std::unique_ptr<FolderLock> lock_;  ///< of who writes
  Database database_;
  ProductTable products_{database_};
  LinkTable links_{database_};
  std::optional<Statement> insert_;
  std::string salt_;
  std::int64_t next_row_ = 1;  ///< at least
  std::size_t n_forgets_ = 0;
  bool has_traces_ = false;
};

}  // namespace vitrina::store
