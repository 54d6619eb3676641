#include "selection/rules.hpp"

namespace vitrina::selection {
namespace {

bool contains(const std::vector<bool>& bits, std::size_t index) {
  return index < bits.size() && bits[index];
}

}  // namespace

bool Rules::allows(UserIdx user) const {
  if (contains(excluded_users, user.value)) return false;
  return !only_users || contains(*only_users, user.value);
}

bool Rules::allows(ItemIdx item) const { return !contains(excluded_items, item.value); }

}  // namespace vitrina::selection
