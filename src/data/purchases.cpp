#include "data/purchases.hpp"

#include <algorithm>

namespace vitrina {

std::span<const ItemIdx> Purchases::of(UserIdx user) const {
  const auto it = std::lower_bound(buyers.begin(), buyers.end(), user);
  if (it == buyers.end() || *it != user) return {};
  return items.row(static_cast<std::size_t>(it - buyers.begin()));
}

Purchases purchases_between(const EventLog& events, TimeUs from, TimeUs to) {
  Purchases purchases;
  std::vector<ItemIdx> bought;
  for (std::size_t u = 0; u < events.n_users(); ++u) {
    const auto span = events.between(UserIdx(u), from, to);
    bought.clear();
    for (std::size_t e = 0; e < span.size(); ++e) {
      if (span.action[e] == Action::kOrder && span.item[e].valid()) bought.push_back(span.item[e]);
    }
    if (bought.empty()) continue;
    std::sort(bought.begin(), bought.end());
    bought.erase(std::unique(bought.begin(), bought.end()), bought.end());
    purchases.buyers.emplace_back(u);
    purchases.items.values.insert(purchases.items.values.end(), bought.begin(), bought.end());
    purchases.items.offsets.push_back(purchases.items.values.size());
  }
  return purchases;
}

}  // namespace vitrina
