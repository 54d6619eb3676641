#include "store/event_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <utility>

#include "core/action.hpp"
#include "core/erase.hpp"
#include "core/error.hpp"
#include "core/file_error.hpp"
#include "core/hash.hpp"
#include "core/time.hpp"
#include "core/utf8.hpp"

namespace vitrina::store {
namespace {

constexpr const char* kFile = "events.db";
/// `VTRE`, in the header of the database: what tells a store from other databases.
constexpr std::int64_t kApplication = 0x56545245;
constexpr std::int64_t kVersion = 3;

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
    device TEXT,
    recommendation TEXT        -- id of the answer that the event came of
  ) STRICT;
  CREATE TABLE forgotten (
    customer TEXT PRIMARY KEY,  -- SHA-256 of salt, kind and id
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE about (salt TEXT NOT NULL) STRICT;
)";

/// What is read in a few milliseconds: a reader in the midst of it is in the way of emptying the
/// log.
constexpr std::int64_t kRowsAtOnce = 20'000;

/// Of an event, the year 10000: differences of what is within fit.
constexpr std::int64_t kMostTime = 253'402'300'800 * kUsPerSecond;

constexpr const char* kClockSchema =
    "CREATE TABLE clock (zone TEXT NOT NULL) STRICT";  // of the events' times

std::string random_salt() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

void create(const Database& database) {
  Transaction transaction(database);
  database.run(kSchema);
  database.run(ProductTable::kSchema);
  database.run(LinkTable::kSchema);
  database.run(kClockSchema);
  Statement salt(database, "INSERT INTO about VALUES (?)");
  const auto text = random_salt();
  salt.bind(1, std::string_view(text));
  salt.run();
  database.run(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplication, kVersion)
          .c_str());
  transaction.commit();
}

std::string read_clock(const Database& database) {
  Statement select(database, "SELECT zone FROM clock");
  return select.step() ? std::string(select.text(0)) : std::string();
}

void check_version(const Database& database) {
  const auto name = printable(database.file().string());
  if (database.whole("PRAGMA application_id") != kApplication) {
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: is no store of events; name another folder", name));
  }
  const auto version = database.whole("PRAGMA user_version");
  if (version == kVersion) return;
  throw Error(ErrorCode::kIncompatibleArtifact,
              fmt::format("{}: found a store of version {}, expected {}; use the vitrina that "
                          "wrote it, or name another folder",
                          name, version, kVersion));
}

/// The database of a folder, as this program writes it.
Database open_database(const std::filesystem::path& folder, EventStore::Access access) {
  const bool writes = access == EventStore::Access::kWrite;
  if (!writes) EventStore::check_is_there(folder);
  Database database(folder / kFile, writes ? Database::Mode::kCreate : Database::Mode::kExisting);
  if (writes && database.is_read_only()) {
    throw Error(ErrorCode::kOutOfResources,
                fmt::format("{}: cannot be written to; give it to the server's user",
                            printable(database.file().string())));
  }
  // The log grows to half of it before it is taken over. A stop empties one that has a limit.
  database.run("PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864");
  // of a database that nobody has written to yet
  const bool is_new = writes && database.whole("PRAGMA page_count") == 0;
  is_new ? create(database) : check_version(database);
  return database;
}

std::optional<EventKey> key_of(std::string_view bytes) {
  EventKey key;
  if (bytes.size() != key.bytes.size()) return std::nullopt;
  bytes.copy(key.bytes.data(), key.bytes.size());
  return key;
}

std::string read_salt(const Database& database) {
  Statement select(database, "SELECT salt FROM about");
  return select.step() ? std::string(select.text(0)) : std::string{};
}

/// While it lives, what is in the way of the database is hardly waited for.
class ShortPatience {
 public:
  explicit ShortPatience(const Database& database) : database_(database) {
    database_.set_patience(std::chrono::milliseconds(20));
  }
  ShortPatience(const ShortPatience&) = delete;
  ShortPatience& operator=(const ShortPatience&) = delete;
  ~ShortPatience() { database_.set_patience(Database::kPatience); }

 private:
  const Database& database_;
};

std::unique_ptr<FolderLock> lock(const std::filesystem::path& folder, EventStore::Access access) {
  if (access == EventStore::Access::kRead) return nullptr;
  try {
    return std::make_unique<FolderLock>(folder, "vitrina serve");
  } catch (const Error& error) {
    throw error.with_context("store");
  }
}

}  // namespace

std::string Receipt::at_text() const { return format_time(at_s * kUsPerSecond) + "Z"; }

EventStore::EventStore(const std::filesystem::path& folder, Access access)
    : folder_(folder),
      lock_(lock(folder, access)),
      database_(open_database(folder, access)),
      salt_(read_salt(database_)) {
  if (access == Access::kRead) return;
  // the log is taken over into the database, and both are flushed, every 32 MiB, not every 4
  database_.run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
      "PRAGMA wal_autocheckpoint = 8192");
  // a process that was killed may have left some
  has_traces_ = has_forgotten();
  insert_.emplace(database_,
                  "INSERT INTO events (seq, arrived, event_id, kind, customer, time, action, "
                  "product, page, device, recommendation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                  "?)");
}

void EventStore::check_is_there(const std::filesystem::path& folder) {
  const auto file = folder / kFile;
  if (std::error_code ignored; std::filesystem::is_regular_file(file, ignored)) return;
  throw Error(ErrorCode::kMissingInput,
              fmt::format("store: {} is not there; name the folder that 'vitrina serve --store' "
                          "was given",
                          printable(file.string())));
}

void EventStore::append(std::span<const Row> rows) {
  const auto bind_text = [this](int parameter, std::string_view text) {
    text.empty() ? insert_->bind_null(parameter) : insert_->bind(parameter, text);
  };
  Transaction transaction(database_);
  auto seq = std::max(next_row_, last_row() + 1);
  for (const auto& [event, key, arrived_us, recommendation] : rows) {
    insert_->bind(1, seq++);
    insert_->bind(2, arrived_us);
    key ? insert_->bind_bytes(3, key->view()) : insert_->bind_null(3);
    insert_->bind(4, std::int64_t{event.is_visit});
    insert_->bind(5, std::string_view(event.customer));
    insert_->bind(6, event.time_us);
    insert_->bind(7, std::int64_t{event.action});
    bind_text(8, event.product);
    insert_->bind(9, std::int64_t{event.page});
    bind_text(10, event.device);
    bind_text(11, recommendation);
    insert_->run();
  }
  transaction.commit();
  next_row_ = seq;
}

KeptEvent EventStore::event_of(const Statement& select) const {
  const auto action = select.whole(6);
  const auto page = select.whole(8);
  const auto time = select.whole(5);
  // a hand or a failing disk has been there: memory takes what it is given for checked
  const bool is_text =
      is_utf8(select.text(4)) && is_utf8(select.text(7)) && is_utf8(select.text(9));
  if (action < 0 || action >= static_cast<std::int64_t>(kActionCount) || page < 0 ||
      page > std::numeric_limits<unsigned>::max() || time < -kMostTime || time > kMostTime ||
      select.text(4).empty() || !is_text) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: row {} is no event; put a backup in its place",
                            printable(database_.file().string()), select.whole(0)));
  }
  const bool is_visit = select.whole(3) != 0;
  const auto link = is_visit ? links_.all().find(select.text(4)) : links_.all().end();
  const bool is_linked = link != links_.all().end();
  return {.is_visit = is_visit && !is_linked,
          .customer = is_linked ? link->second : std::string(select.text(4)),
          .action = static_cast<int>(action),
          .product = std::string(select.text(7)),
          .page = static_cast<unsigned>(page),
          .device = std::string(select.text(9)),
          .time_us = time};
}

std::int64_t EventStore::row_behind(const Statement& select, std::int64_t after) const {
  const auto row = select.whole(0);
  if (row > after) return row;
  throw Error(ErrorCode::kIncompatibleArtifact,
              fmt::format("{}: row {} comes behind row {}; put a backup in its place",
                          printable(database_.file().string()), row, after));
}

std::vector<Row> EventStore::read(std::int64_t& after, std::size_t limit) const {
  Statement select(database_,
                   "SELECT seq, arrived, event_id, kind, customer, time, action, product, page, "
                   "device, recommendation FROM events WHERE seq > ? ORDER BY seq LIMIT ?");
  select.bind(1, after);
  select.bind(2, static_cast<std::int64_t>(limit));
  std::vector<Row> rows;
  while (select.step()) {
    after = row_behind(select, after);
    auto& row = rows.emplace_back();
    row.arrived_us = select.whole(1);
    row.key = key_of(select.text(2));
    row.event = event_of(select);
    row.recommendation = select.text(10);
  }
  return rows;
}

void EventStore::read_times(
    std::int64_t after, std::int64_t until, std::size_t limit,
    const std::function<void(std::int64_t row, std::int64_t time_us)>& use) const {
  Statement select(database_,
                   "SELECT seq, time FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?");
  select.bind(1, after);
  select.bind(2, until);
  select.bind(3, static_cast<std::int64_t>(limit));
  while (select.step()) {
    after = row_behind(select, after);
    use(after, select.whole(1));
  }
}

std::int64_t EventStore::last_row() const {
  return database_.whole("SELECT coalesce(max(seq), 0) FROM events");
}

void EventStore::read_keys(
    std::int64_t arrived_from_us, std::int64_t last,
    const std::function<void(const EventKey&, std::int64_t arrived_us)>& use) const {
  Statement probe(database_, "SELECT arrived FROM events WHERE seq >= ? ORDER BY seq LIMIT 1");
  const auto is_in_time = [&](std::int64_t seq) {
    probe.bind(1, seq);
    const bool is = !probe.step() || probe.whole(0) >= arrived_from_us;
    probe.reset();
    return is;
  };
  // rows are in the order of their arrival
  std::int64_t begin = 0;
  for (std::int64_t end = last; begin < end;) {
    const auto middle = begin + (end - begin) / 2;
    is_in_time(middle) ? end = middle : begin = middle + 1;
  }
  Statement select(database_,
                   "SELECT event_id, arrived FROM events WHERE seq BETWEEN ? AND ? AND event_id IS "
                   "NOT NULL ORDER BY seq");
  select.bind(1, begin);
  select.bind(2, last);
  while (select.step()) {
    if (const auto key = key_of(select.text(0))) use(*key, select.whole(1));
  }
}

std::int64_t EventStore::latest() const {
  return database_.whole(
      "SELECT coalesce(max(time), 0) FROM (SELECT time FROM events ORDER BY seq DESC LIMIT "
      "100000)");
}

std::int64_t EventStore::last_arrival() const {
  return database_.whole(
      "SELECT coalesce((SELECT arrived FROM events ORDER BY seq DESC LIMIT 1), 0)");
}

std::string EventStore::clock() const { return read_clock(database_); }

void EventStore::set_clock(std::string_view zone) {
  Transaction transaction(database_);
  database_.run("DELETE FROM clock");
  Statement insert(database_, "INSERT INTO clock VALUES (?)");
  insert.bind(1, zone);
  insert.run();
  transaction.commit();
}

std::string EventStore::clock_of(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(folder / kFile, ignored)) return {};
  const Database database(folder / kFile, Database::Mode::kExisting);
  if (database.whole("PRAGMA application_id") != kApplication ||
      database.whole("PRAGMA user_version") != kVersion ||
      database.whole("SELECT EXISTS (SELECT 1 FROM events)") == 0) {
    return {};
  }
  return read_clock(database);
}

std::string EventStore::mark(std::int64_t last) const {
  Statement select(database_, "SELECT arrived FROM events WHERE seq = ?");
  select.bind(1, last);
  const auto arrived = select.step() ? select.whole(0) : 0;
  // what comes behind the last one changes nothing
  Statement first(database_, "SELECT coalesce(min(seq), 0) FROM events WHERE seq <= ?");
  first.bind(1, last);
  first.step();
  Statement forgotten(database_, "SELECT count(*), coalesce(sum(at), 0) FROM forgotten");
  forgotten.step();
  return fmt::format("{}/{}/{}/{}/{}/{}", sha256_text(salt_), first.whole(0), last, arrived,
                     forgotten.whole(0), forgotten.whole(1));
}

void EventStore::erase_new_snapshot() const {
  // in the order in which they are made: one becomes the other meanwhile
  erase_file(unfinished(new_snapshot()));
  erase_file(new_snapshot());
}

void EventStore::put_snapshot_aside() const {
  erase_old_snapshot();  // one that could not be: its place is taken
  std::error_code status;
  std::filesystem::rename(snapshot(), old_snapshot(), status);
  if (status && status != std::errc::no_such_file_or_directory) {
    throw file_error(snapshot(), "rename", status.value());
  }
}

void EventStore::erase_old_snapshot() const { erase_file(old_snapshot()); }

void EventStore::erase_snapshots() const {
  erase_new_snapshot();
  erase_old_snapshot();
  erase_file(snapshot());
}

std::int64_t EventStore::n_rows() const { return database_.whole("SELECT count(*) FROM events"); }

std::optional<std::string> EventStore::refusal(Kind kind, std::string_view customer) const {
  const auto user = kind == Kind::kVisit ? links_.user_of(customer) : std::nullopt;
  if (!user) return std::nullopt;
  return fmt::format("visit '{}': is linked to user '{}', whose its events are; forget the user",
                     printable(customer), printable(*user));
}

FoundRows EventStore::find(Kind kind, std::string_view customer,
                           const std::function<void()>& between) {
  // In this order: of a visit whose link goes meanwhile no row up to that number is left.
  FoundRows found{.until = last_row(), .rows = {}, .visits = {}};
  if (kind == Kind::kUser) found.visits = links_.visits_of(customer);
  auto select = rows_of("SELECT seq", "seq > ?3 AND seq <= ?4", kind, customer);
  for (std::int64_t begin = 0; begin < found.until; begin += kRowsAtOnce) {
    between();
    select.bind(3, begin);
    select.bind(4, std::min(begin + kRowsAtOnce, found.until));
    while (select.step()) found.rows.push_back(select.whole(0));
    select.reset();
  }
  return found;
}

bool EventStore::covers(Kind kind, std::string_view customer, const FoundRows& found) const {
  return kind == Kind::kVisit || std::ranges::includes(found.visits, links_.visits_of(customer));
}

std::int64_t EventStore::erase(Kind kind, std::string_view customer, const FoundRows& found) {
  std::int64_t n = 0;
  const bool is_covered = covers(kind, customer, found);
  if (is_covered) {
    // some may have gone meanwhile
    auto erase = rows_of("DELETE", "seq = ?3", kind, customer);
    for (const auto row : found.rows) {
      erase.bind(3, row);
      erase.run();
      n += database_.n_changed();
    }
  }
  auto erase = rows_of("DELETE", "seq > ?3", kind, customer);
  erase.bind(3, is_covered ? found.until : 0);
  erase.run();
  return n + database_.n_changed();
}

Receipt EventStore::forget(Kind kind, std::string_view customer, const FoundRows& found) {
  if (const auto why = refusal(kind, customer)) throw Error(ErrorCode::kBadData, *why);
  Receipt receipt{.digest = tombstone(kind, customer)};
  ++n_forgets_;
  erase_snapshots();
  {
    Transaction transaction(database_);
    receipt.n_rows = erase(kind, customer, found);
    if (kind == Kind::kUser) links_.forget(customer);
    Statement remember(database_,
                       "INSERT INTO forgotten VALUES (?, unixepoch()) ON CONFLICT (customer) DO "
                       "UPDATE SET at = excluded.at RETURNING at");
    remember.bind(1, std::string_view(receipt.digest));
    remember.step();
    receipt.at_s = remember.whole(0);
    remember.reset();
    transaction.commit();
  }
  has_traces_ = true;
  return receipt;
}

std::size_t EventStore::erase_before(std::int64_t time_us, std::span<const std::int64_t> rows) {
  ++n_forgets_;
  erase_snapshots();
  Statement erase(database_, "DELETE FROM events WHERE seq = ? AND time < ?");
  std::int64_t n = 0;
  Transaction transaction(database_);
  for (const auto row : rows) {
    erase.bind(1, row);
    erase.bind(2, time_us);
    erase.run();
    n += database_.n_changed();
  }
  transaction.commit();
  return static_cast<std::size_t>(n);
}

bool EventStore::empty_log() try {
  const ShortPatience patience(database_);
  Statement checkpoint(database_, "PRAGMA wal_checkpoint(TRUNCATE)");
  const bool is_busy = !checkpoint.step() || checkpoint.whole(0) != 0;
  if (!is_busy) has_traces_ = false;
  return !is_busy;
} catch (const Error& error) {
  throw error.with_context("who was forgotten is not overwritten in the store's log yet");
}

Statement EventStore::rows_of(std::string_view what, std::string_view where, Kind kind,
                              std::string_view customer) const {
  // most have none, and to ask it of every visit's row takes longer than all else
  const bool has_visits = kind == Kind::kUser && !links_.visits_of(customer).empty();
  Statement statement(
      database_,
      fmt::format("{} FROM events WHERE {} AND ((kind = ?1 AND customer = ?2){})", what, where,
                  has_visits ? " OR (kind = 1 AND EXISTS (SELECT 1 FROM links WHERE visit = "
                               "events.customer AND customer = ?2))"
                             : ""));
  statement.bind(1, static_cast<std::int64_t>(kind));
  statement.bind(2, customer);
  return statement;
}

std::int64_t EventStore::n_rows_of(Kind kind, std::string_view customer) const {
  auto count = rows_of("SELECT count(*)", "TRUE", kind, customer);
  count.step();
  return count.whole(0);
}

std::vector<std::string> EventStore::texts_around(std::string_view part) const {
  Statement select(database_, R"(
    WITH texts (text) AS (
      SELECT customer FROM events UNION SELECT product FROM events UNION
      SELECT device FROM events UNION SELECT recommendation FROM events UNION
      SELECT visit FROM links UNION SELECT customer FROM links UNION
      SELECT product FROM products UNION SELECT category FROM products UNION
      SELECT title FROM products UNION SELECT url FROM products UNION
      SELECT picture FROM products)
    SELECT text FROM texts WHERE instr(text, ?1) > 0 AND text <> ?1)");
  select.bind(1, part);
  std::vector<std::string> texts;
  while (select.step()) texts.emplace_back(select.text(0));
  return texts;
}

std::optional<Receipt> EventStore::receipt(Kind kind, std::string_view customer) const {
  Receipt receipt{.digest = tombstone(kind, customer)};
  Statement select(database_, "SELECT at FROM forgotten WHERE customer = ?");
  select.bind(1, std::string_view(receipt.digest));
  if (!select.step()) return std::nullopt;
  receipt.at_s = select.whole(0);
  return receipt;
}

bool EventStore::has_forgotten() const {
  return database_.whole("SELECT EXISTS (SELECT 1 FROM forgotten)") != 0;
}

std::string EventStore::tombstone(Kind kind, std::string_view customer) const {
  return sha256_text(fmt::format("{}{}{}", salt_, kind == Kind::kUser ? 'u' : 'v', customer));
}

}  // namespace vitrina::store
