#include "metrics/user_lists.hpp"

#include <algorithm>

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

UserLists as_lists(const Purchases& purchases) { return {purchases.buyers, purchases.items}; }

}  // namespace vitrina::metrics
