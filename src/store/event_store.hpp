#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/lock.hpp"
#include "store/database.hpp"
#include "store/recent_ids.hpp"
#include "vitrina/live.hpp"

namespace vitrina::store {

/// Whose events they are.
enum class Kind : std::uint8_t { kUser, kVisit };

/// A row of the store.
struct Row {
  KeptEvent event;
  std::optional<EventKey> key;  ///< of the told event's id, with the first of its rows
  std::int64_t arrived_us = 0;  ///< microseconds of UTC since 1970
};

/// The events that were told to a server, in a folder: `events.db`, a database of SQLite in WAL
/// mode. A commit is on the disk when it returns. Not thread-safe.
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

  /// All rows are written, or none; throws Error(kOutOfResources) then.
  void append(std::span<const Row> rows);

  /// Up to `limit` rows behind that of number `after`, oldest first; moves `after` to the last.
  /// Throws Error(kIncompatibleArtifact) for one that is no event.
  [[nodiscard]] std::vector<Row> read(std::int64_t& after, std::size_t limit) const;
  [[nodiscard]] std::int64_t n_rows() const;

  /// Erases the rows of a customer, overwriting them, and remembers a hash of the id: a log from
  /// before does not bring the customer back. How many rows there were.
  std::int64_t forget(Kind kind, std::string_view customer);
  /// Whether forget() was called for a user of that id, ever.
  [[nodiscard]] bool is_forgotten(std::string_view user) const;
  [[nodiscard]] bool has_forgotten() const;

 private:
  static Database open_database(const std::filesystem::path& folder, Access access);
  void create();
  void check_version() const;
  [[nodiscard]] KeptEvent event_of(const Statement& select) const;
  [[nodiscard]] std::string tombstone(Kind kind, std::string_view customer) const;

  std::unique_ptr<FolderLock> lock_;  ///< of who writes
  Database database_;
  std::optional<Statement> insert_;
  std::string salt_;
};

}  // namespace vitrina::store
