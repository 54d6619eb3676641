#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;       // of <sqlite3.h>
struct sqlite3_stmt;  // the same

namespace vitrina::store {

class Database;

/// A prepared statement. Parameters are numbered from 1 on, columns from 0. What is bound as text
/// or bytes must live until reset().
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind(int parameter, std::string_view text);
  void bind_bytes(int parameter, std::string_view bytes);
  void bind_null(int parameter);
  /// A null where there is no value.
  template <class Value>
  void bind(int parameter, const std::optional<Value>& value) {
    value ? bind(parameter, *value) : bind_null(parameter);
  }

  /// Whether there is a row, or another one. Throws Error of Database.
  bool step();
  /// Runs a statement that gives no row, and makes it ready to be bound anew.
  void run();
  void reset() noexcept;

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t whole(int column) const;
  [[nodiscard]] double number(int column) const;
  /// Text or bytes; empty for a null. Until the next step.
  [[nodiscard]] std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A database file of SQLite that this process may read and write. What goes wrong is thrown as
/// Error that names the file: kOutOfResources where the disk says no or another process has it,
/// kBadData for what is no database, kIncompatibleArtifact for one that is damaged.
class Database {
 public:
  enum class Mode { kCreate, kExisting };
  Database(std::filesystem::path file, Mode mode);

  void run(const char* sql) const;
  /// The one value of a statement that gives one.
  [[nodiscard]] std::int64_t whole(const char* sql) const;
  /// Rows that the last statement changed.
  [[nodiscard]] std::int64_t n_changed() const;
  /// Whether the file can be read and not written.
  [[nodiscard]] bool is_read_only() const;
  /// Whether a transaction is open: an error may have ended it.
  [[nodiscard]] bool in_transaction() const;
  /// How long another process (an export, a backup) may hold the file before kOutOfResources.
  static constexpr std::chrono::milliseconds kPatience{5000};
  void set_patience(std::chrono::milliseconds patience) const noexcept;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };

  void check(int status) const;
  [[noreturn]] void fail(int status) const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// What is done to a database until commit(), or not at all.
class Transaction {
 public:
  /// Throws Error of Database where another process writes.
  explicit Transaction(const Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void commit();

 private:
  const Database& database_;
};

}  // namespace vitrina::store
