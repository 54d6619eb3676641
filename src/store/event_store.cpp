#include "store/event_store.hpp"

#include <fmt/format.h>

#include <limits>
#include <random>
#include <utility>

#include "core/action.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/utf8.hpp"

namespace vitrina::store {
namespace {

constexpr const char* kFile = "events.db";
/// `VTRE`, in the header of the database: what tells a store from other databases.
constexpr std::int64_t kApplication = 0x56545245;
constexpr std::int64_t kVersion = 1;

// A row a product, as events are kept in memory. No index: an index by customer would be written at
// random places with every event, and what asks for a customer's rows, forgetting, is rare.
constexpr const char* kSchema = R"(
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    arrived INTEGER NOT NULL,  -- microseconds of UTC since 1970
    event_id BLOB,             -- 16 bytes of the SHA-256 of the told event's id
    kind INTEGER NOT NULL,     -- 0: of a user, 1: of a visit
    customer TEXT NOT NULL,
    time INTEGER NOT NULL,     -- microseconds since 1970 on the log's own clock
    action INTEGER NOT NULL,   -- the case's code
    product TEXT,
    page INTEGER NOT NULL,     -- 0: none
    device TEXT
  ) STRICT;
  CREATE TABLE forgotten (
    customer TEXT PRIMARY KEY,  -- SHA-256 of salt, kind and id
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE about (salt TEXT NOT NULL) STRICT;
)";

std::string random_salt() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

std::string read_salt(const Database& database) {
  Statement select(database, "SELECT salt FROM about");
  return select.step() ? std::string(select.text(0)) : std::string{};
}

std::unique_ptr<FolderLock> lock(const std::filesystem::path& folder, EventStore::Access access) {
  if (access == EventStore::Access::kRead) return nullptr;
  try {
    return std::make_unique<FolderLock>(folder, "vitrina serve");
  } catch (const Error& error) {
    throw error.with_context("store");
  }
}

}  // namespace

EventStore::EventStore(const std::filesystem::path& folder, Access access)
    : lock_(lock(folder, access)), database_(open_database(folder, access)) {
  database_.run("PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON");
  // of a database that nobody has written to yet
  const bool is_new = access == Access::kWrite && database_.whole("PRAGMA page_count") == 0;
  if (is_new) {
    create();
  } else {
    check_version();
  }
  salt_ = read_salt(database_);
  if (access == Access::kRead) return;
  database_.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  insert_.emplace(database_,
                  "INSERT INTO events (arrived, event_id, kind, customer, time, action, product, "
                  "page, device) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
}

Database EventStore::open_database(const std::filesystem::path& folder, Access access) {
  const auto file = folder / kFile;
  if (access == Access::kWrite) return {file, Database::Mode::kCreate};
  if (std::error_code ignored; !std::filesystem::is_regular_file(file, ignored)) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("store: {} is not there; name the folder that 'vitrina serve --store' "
                            "was given",
                            printable(file.string())));
  }
  return {file, Database::Mode::kExisting};
}

void EventStore::create() {
  database_.run("BEGIN IMMEDIATE");
  database_.run(kSchema);
  Statement salt(database_, "INSERT INTO about VALUES (?)");
  const auto text = random_salt();
  salt.bind(1, text);
  salt.run();
  database_.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT",
                            kApplication, kVersion)
                    .c_str());
}

void EventStore::check_version() const {
  const auto name = printable(database_.file().string());
  if (database_.whole("PRAGMA application_id") != kApplication) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: is no store of events; name another folder", name));
  }
  const auto version = database_.whole("PRAGMA user_version");
  if (version == kVersion) return;
  throw Error(ErrorCode::kIncompatibleArtifact,
              fmt::format("{}: found a store of version {}, expected {}; use the vitrina that "
                          "wrote it",
                          name, version, kVersion));
}

void EventStore::append(std::span<const Row> rows) {
  try {
    database_.run("BEGIN IMMEDIATE");
    for (const auto& [event, key, arrived_us] : rows) {
      insert_->bind(1, arrived_us);
      key ? insert_->bind_bytes(2, key->view()) : insert_->bind_null(2);
      insert_->bind(3, event.is_visit ? 1 : 0);
      insert_->bind(4, event.customer);
      insert_->bind(5, event.time_us);
      insert_->bind(6, event.action);
      event.product.empty() ? insert_->bind_null(7) : insert_->bind(7, event.product);
      insert_->bind(8, std::int64_t{event.page});
      event.device.empty() ? insert_->bind_null(9) : insert_->bind(9, event.device);
      insert_->run();
    }
    database_.run("COMMIT");
  } catch (const Error&) {
    if (database_.in_transaction()) database_.run("ROLLBACK");
    throw;
  }
}

KeptEvent EventStore::event_of(const Statement& select) const {
  const auto action = select.whole(6);
  const auto page = select.whole(8);
  // a hand or a failing disk has been there: memory takes what it is given for checked
  const bool is_text =
      is_utf8(select.text(4)) && is_utf8(select.text(7)) && is_utf8(select.text(9));
  if (action < 0 || action >= static_cast<std::int64_t>(kActionCount) || page < 0 ||
      page > std::numeric_limits<unsigned>::max() || select.text(4).empty() || !is_text) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: row {} is no event; put a backup in its place",
                            printable(database_.file().string()), select.whole(0)));
  }
  return {.is_visit = select.whole(3) != 0,
          .customer = std::string(select.text(4)),
          .action = static_cast<int>(action),
          .product = std::string(select.text(7)),
          .page = static_cast<unsigned>(page),
          .device = std::string(select.text(9)),
          .time_us = select.whole(5)};
}

std::vector<Row> EventStore::read(std::int64_t& after, std::size_t limit) const {
  Statement select(database_,
                   "SELECT seq, arrived, event_id, kind, customer, time, action, product, page, "
                   "device FROM events WHERE seq > ? ORDER BY seq LIMIT ?");
  select.bind(1, after);
  select.bind(2, static_cast<std::int64_t>(limit));
  std::vector<Row> rows;
  while (select.step()) {
    after = select.whole(0);
    auto& row = rows.emplace_back();
    row.arrived_us = select.whole(1);
    const auto key = select.text(2);
    if (key.size() == sizeof(EventKey)) key.copy(row.key.emplace().bytes.data(), key.size());
    row.event = event_of(select);
  }
  return rows;
}

std::int64_t EventStore::n_rows() const { return database_.whole("SELECT count(*) FROM events"); }

std::int64_t EventStore::forget(Kind kind, std::string_view customer) {
  const auto hash = tombstone(kind, customer);
  std::int64_t n = 0;
  try {
    database_.run("BEGIN IMMEDIATE");
    Statement erase(database_, "DELETE FROM events WHERE kind = ? AND customer = ?");
    erase.bind(1, static_cast<std::int64_t>(kind));
    erase.bind(2, customer);
    erase.run();
    n = database_.n_changed();
    Statement remember(database_,
                       "INSERT INTO forgotten VALUES (?, unixepoch()) ON CONFLICT (customer) DO "
                       "UPDATE SET at = excluded.at");
    remember.bind(1, hash);
    remember.run();
    database_.run("COMMIT");
  } catch (const Error&) {
    if (database_.in_transaction()) database_.run("ROLLBACK");
    throw;
  }
  // The log ahead of the database still holds the pages as they were. A reader may be in its way:
  // then the next one empties it.
  Statement(database_, "PRAGMA wal_checkpoint(TRUNCATE)").step();
  return n;
}

bool EventStore::is_forgotten(std::string_view user) const {
  const auto hash = tombstone(Kind::kUser, user);
  Statement select(database_, "SELECT 1 FROM forgotten WHERE customer = ?");
  select.bind(1, hash);
  return select.step();
}

bool EventStore::has_forgotten() const {
  return database_.whole("SELECT EXISTS (SELECT 1 FROM forgotten)") != 0;
}

std::string EventStore::tombstone(Kind kind, std::string_view customer) const {
  return sha256_text(fmt::format("{}{}{}", salt_, kind == Kind::kUser ? 'u' : 'v', customer));
}

}  // namespace vitrina::store
