#include "store/link_table.hpp"

namespace vitrina::store {

bool LinkTable::link(std::string_view visit, std::string_view user) {
  if (const auto known = user_of(visit)) return *known == user;
  Statement insert(database_, "INSERT INTO links VALUES (?, ?)");
  insert.bind(1, visit);
  insert.bind(2, user);
  insert.run();
  let_go();
  return true;
}

void LinkTable::forget(std::string_view user) {
  Statement erase(database_, "DELETE FROM links WHERE customer = ?");
  erase.bind(1, user);
  erase.run();
  let_go();
}

std::optional<std::string> LinkTable::user_of(std::string_view visit) const {
  Statement select(database_, "SELECT customer FROM links WHERE visit = ?");
  select.bind(1, visit);
  if (!select.step()) return std::nullopt;
  return std::string(select.text(0));
}

std::vector<std::string> LinkTable::visits_of(std::string_view user) const {
  Statement select(database_, "SELECT visit FROM links WHERE customer = ? ORDER BY visit");
  select.bind(1, user);
  std::vector<std::string> visits;
  while (select.step()) visits.emplace_back(select.text(0));
  return visits;
}

const LinkTable::Users& LinkTable::all() const {
  if (!users_) {
    users_.emplace();
    Statement select(database_, "SELECT visit, customer FROM links ORDER BY visit");
    while (select.step()) {
      users_->emplace_hint(users_->end(), select.text(0), select.text(1));
    }
  }
  return *users_;
}

}  // namespace vitrina::store
