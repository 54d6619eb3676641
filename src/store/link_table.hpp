#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace vitrina::store {

/// Visits that turned out to be a user's. They are kept in memory too: every row that is read asks.
/// Not thread-safe.
class LinkTable {
 public:
  static constexpr const char* kSchema = R"(
    CREATE TABLE links (
      visit TEXT PRIMARY KEY,
      customer TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  )";

  /// Reads what there is; throws Error of Database.
  explicit LinkTable(const Database& database);
  /// The same anew.
  void read();

  /// False, and nothing is changed, where the visit is another user's.
  bool link(std::string_view visit, std::string_view user);
  /// Drops a user's visits, as a part of the transaction that is open.
  void forget(std::string_view user);
  /// The same in memory, once the transaction has ended well.
  void forget_in_memory(std::string_view user);

  [[nodiscard]] std::optional<std::string_view> user_of(std::string_view visit) const;
  /// A user's visits, ascending.
  [[nodiscard]] std::vector<std::string> visits_of(std::string_view user) const;
  /// By visit.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const {
    return user_of_;
  }

 private:
  const Database& database_;
  std::map<std::string, std::string, std::less<>> user_of_;
};

}  // namespace vitrina::store
