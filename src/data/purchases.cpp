#include "data/purchases.hpp"

#include <algorithm>
#include <cstring>

namespace vitrina {

std::span<const ItemIdx> Purchases::of(UserIdx user) const {
  const auto it = std::lower_bound(buyers.begin(), buyers.end(), user);
  if (it == buyers.end() || *it != user) return {};
  return items.row(static_cast<std::size_t>(it - buyers.begin()));
}

Purchases purchases_between(const EventLog& events, TimeUs from, TimeUs to) {
  Purchases purchases;
  auto& items = purchases.items;
  const auto close_row = [&] {
    const auto first = items.values.begin() + static_cast<std::ptrdiff_t>(items.offsets.back());
    std::sort(first, items.values.end());
    items.values.erase(std::unique(first, items.values.end()), items.values.end());
    items.offsets.push_back(items.values.size());
  };
  // orders are rare: they are looked for from end to end, whoever they are of
  const auto* actions = reinterpret_cast<const unsigned char*>(events.action.data());
  const std::size_t n = events.n_events();
  std::size_t user = 0;
  for (std::size_t e = 0; e < n; ++e) {
    const void* order = std::memchr(actions + e, code(Action::kOrder), n - e);
    if (order == nullptr) break;
    e = static_cast<std::size_t>(static_cast<const unsigned char*>(order) - actions);
    if (events.time[e] < from || events.time[e] >= to || !events.item[e].valid()) continue;
    while (events.offsets[user + 1] <= e) ++user;
    if (purchases.buyers.empty() || purchases.buyers.back() != UserIdx(user)) {
      if (!purchases.buyers.empty()) close_row();
      purchases.buyers.emplace_back(user);
    }
    items.values.push_back(events.item[e]);
  }
  if (!purchases.buyers.empty()) close_row();
  return purchases;
}

}  // namespace vitrina
