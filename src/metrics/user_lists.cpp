#include "metrics/user_lists.hpp"

#include <algorithm>

#include "core/action.hpp"

namespace vitrina::metrics {

void UserLists::add(UserIdx user, std::span<const ItemIdx> list) {
  users.push_back(user);
  items.values.insert(items.values.end(), list.begin(), list.end());
  items.offsets.push_back(items.values.size());
}

UserLists group_pairs(std::vector<std::pair<UserIdx, ItemIdx>> pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  UserLists lists;
  std::vector<ItemIdx> row;
  for (std::size_t i = 0; i < pairs.size();) {
    const UserIdx user = pairs[i].first;
    row.clear();
    for (; i < pairs.size() && pairs[i].first == user; ++i) row.push_back(pairs[i].second);
    lists.add(user, row);
  }
  return lists;
}

UserLists purchases(const EventLog& log, TimeUs from, TimeUs to) {
  std::vector<std::pair<UserIdx, ItemIdx>> pairs;
  for (std::size_t u = 0; u < log.n_users(); ++u) {
    const EventSpan events = log.between(UserIdx(u), from, to);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events.action[i] == Action::kOrder && events.item[i].valid()) {
        pairs.emplace_back(UserIdx(u), events.item[i]);
      }
    }
  }
  return group_pairs(std::move(pairs));
}

}  // namespace vitrina::metrics
