#include "store/link_table.hpp"

namespace vitrina::store {

LinkTable::LinkTable(const Database& database) : database_(database) { read(); }

void LinkTable::read() {
  user_of_.clear();
  Statement select(database_, "SELECT visit, customer FROM links");
  while (select.step()) user_of_.emplace(select.text(0), select.text(1));
}

bool LinkTable::link(std::string_view visit, std::string_view user) {
  if (const auto known = user_of(visit)) return *known == user;
  Statement insert(database_, "INSERT INTO links VALUES (?, ?)");
  insert.bind(1, visit);
  insert.bind(2, user);
  insert.run();
  user_of_.emplace(visit, user);
  return true;
}

void LinkTable::forget(std::string_view user) {
  Statement erase(database_, "DELETE FROM links WHERE customer = ?");
  erase.bind(1, user);
  erase.run();
}

void LinkTable::forget_in_memory(std::string_view user) {
  std::erase_if(user_of_, [&](const auto& link) { return link.second == user; });
}

std::optional<std::string_view> LinkTable::user_of(std::string_view visit) const {
  const auto found = user_of_.find(visit);
  return found == user_of_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::vector<std::string> LinkTable::visits_of(std::string_view user) const {
  std::vector<std::string> visits;
  for (const auto& [visit, whose] : user_of_) {
    if (whose == user) visits.push_back(visit);
  }
  return visits;
}

}  // namespace vitrina::store
