#include "store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

#include "core/error.hpp"

namespace vitrina::store {
namespace {

Error database_error(const std::filesystem::path& file, int status, int system_error,
                     std::string_view detail) {
  const auto name = printable(file.string());
  // it says SQLITE_FULL of the database and its log alone
  const bool is_full = system_error == ENOSPC || system_error == EDQUOT;
  const auto kind = static_cast<int>(static_cast<unsigned>(status) & 0xffU);
  switch (is_full && kind == SQLITE_IOERR ? SQLITE_FULL : kind) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kOutOfResources,
              fmt::format("{}: is used by another process; wait for its end", name)};
    case SQLITE_FULL:
      return {ErrorCode::kOutOfResources, fmt::format("{}: cannot write: the disk is full", name)};
    case SQLITE_NOTADB:
      return {ErrorCode::kBadData,
              fmt::format("{}: is no store of events; name another folder", name)};
    case SQLITE_CORRUPT:
    // our statements are always the same: it is the tables that are not
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
      return {
          ErrorCode::kIncompatibleArtifact,
          fmt::format("{}: is damaged ({}); put a backup in its place", name, printable(detail))};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return {ErrorCode::kOutOfResources,
              fmt::format("{}: cannot read or write: {}", name, detail)};
    default:
      return {ErrorCode::kInternal, fmt::format("{}: SQLite says {}", name, detail)};
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  ::sqlite3_finalize(statement);
}

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  database.check(::sqlite3_prepare_v3(database.database_.get(), sql.data(),
                                      static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr));
  statement_.reset(statement);
}

void Statement::bind(int parameter, std::int64_t value) {
  database_->check(::sqlite3_bind_int64(statement_.get(), parameter, value));
}

void Statement::bind(int parameter, double value) {
  database_->check(::sqlite3_bind_double(statement_.get(), parameter, value));
}

void Statement::bind(int parameter, std::string_view text) {
  // a null pointer would be a null, not an empty text
  const char* begin = text.empty() ? "" : text.data();
  database_->check(::sqlite3_bind_text(statement_.get(), parameter, begin,
                                       static_cast<int>(text.size()), SQLITE_STATIC));
}

void Statement::bind_bytes(int parameter, std::string_view bytes) {
  database_->check(::sqlite3_bind_blob(statement_.get(), parameter, bytes.data(),
                                       static_cast<int>(bytes.size()), SQLITE_STATIC));
}

void Statement::bind_null(int parameter) {
  database_->check(::sqlite3_bind_null(statement_.get(), parameter));
}

bool Statement::step() {
  const int status = ::sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  reset();
  database_->fail(status);
}

void Statement::run() {
  step();
  reset();
}

void Statement::reset() noexcept {
  // says again what step() has said
  (void)::sqlite3_reset(statement_.get());
}

bool Statement::is_null(int column) const {
  return ::sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

double Statement::number(int column) const {
  return ::sqlite3_column_double(statement_.get(), column);
}

std::int64_t Statement::whole(int column) const {
  return ::sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* begin = static_cast<const char*>(::sqlite3_column_blob(statement_.get(), column));
  if (begin == nullptr) return {};
  return {begin, static_cast<std::size_t>(::sqlite3_column_bytes(statement_.get(), column))};
}

void Database::Close::operator()(sqlite3* database) const noexcept { ::sqlite3_close_v2(database); }

Database::Database(std::filesystem::path file, Mode mode) : file_(std::move(file)) {
  sqlite3* database = nullptr;
  const int create = mode == Mode::kCreate ? SQLITE_OPEN_CREATE : 0;
  const int status = ::sqlite3_open_v2(
      file_.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, nullptr);
  database_.reset(database);
  check(status);
  check(::sqlite3_extended_result_codes(database, 1));
  // A start would have to make them anew, and could not on a full disk.
  int keeps_log = 1;
  check(::sqlite3_file_control(database, "main", SQLITE_FCNTL_PERSIST_WAL, &keeps_log));
  set_patience(kPatience);
}

void Database::set_patience(std::chrono::milliseconds patience) const noexcept {
  (void)::sqlite3_busy_timeout(database_.get(), static_cast<int>(patience.count()));
}

void Database::run(const char* sql) const {
  check(::sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr));
}

std::int64_t Database::whole(const char* sql) const {
  Statement statement(*this, sql);
  if (!statement.step()) fail(SQLITE_INTERNAL);
  return statement.whole(0);
}

std::int64_t Database::n_changed() const { return ::sqlite3_changes64(database_.get()); }

bool Database::is_read_only() const { return ::sqlite3_db_readonly(database_.get(), "main") == 1; }

bool Database::in_transaction() const { return ::sqlite3_get_autocommit(database_.get()) == 0; }

void Database::check(int status) const {
  if (status != SQLITE_OK) fail(status);
}

void Database::fail(int status) const {
  if (!database_) throw database_error(file_, status, 0, "not enough memory");
  throw database_error(file_, status, ::sqlite3_system_errno(database_.get()),
                       ::sqlite3_errmsg(database_.get()));
}

Transaction::Transaction(const Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!database_.in_transaction()) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
    // the connection's next transaction says what is wrong with it
  }
}

void Transaction::commit() { database_.run("COMMIT"); }

}  // namespace vitrina::store
