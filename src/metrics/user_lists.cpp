#include "metrics/user_lists.hpp"

namespace vitrina::metrics {

void UserLists::add(UserIdx user, std::span<const ItemIdx> list) {
  users.push_back(user);
  items.values.insert(items.values.end(), list.begin(), list.end());
  items.offsets.push_back(items.values.size());
}

UserLists as_lists(const Purchases& purchases) { return {purchases.buyers, purchases.items}; }

}  // namespace vitrina::metrics
