#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace vitrina::store {

/// Visits that turned out to be a user's. Not thread-safe; throws Error of Database.
class LinkTable {
 public:
  static constexpr const char* kSchema = R"(
    CREATE TABLE links (
      visit TEXT PRIMARY KEY,
      customer TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX links_by_customer ON links (customer);
  )";

  using Users = std::map<std::string, std::string, std::less<>>;

  explicit LinkTable(const Database& database) : database_(database) {}

  /// False, and nothing is changed, where the visit is another user's.
  bool link(std::string_view visit, std::string_view user);
  /// Drops a user's visits, as a part of the transaction that is open.
  void forget(std::string_view user);

  [[nodiscard]] std::optional<std::string> user_of(std::string_view visit) const;
  /// A user's visits, ascending.
  [[nodiscard]] std::vector<std::string> visits_of(std::string_view user) const;

  /// Users by their visits, for who asks of every row: read once, and kept in memory.
  [[nodiscard]] const Users& all() const;
  /// Has all() read them anew, which this object's own changes do too.
  void let_go() { users_.reset(); }

 private:
  const Database& database_;
  mutable std::optional<Users> users_;
};

}  // namespace vitrina::store
