#include "data/purchase_days.hpp"

namespace vitrina {

std::span<const PurchaseDay> purchase_days(const UserHistory& history, Arena& arena) {
  const auto& events = history.events;
  const auto days = arena.take<PurchaseDay>(events.size());
  std::size_t n = 0;
  for (std::uint32_t e = 0; e < events.size(); ++e) {
    if (events.action[e] != Action::kOrder) continue;
    const auto day = day_of(events.time[e]);
    if (n == 0 || days[n - 1].day != day) days[n++] = {day, e, e};
    days[n - 1].last_event = e;
  }
  return days.first(n);
}

}  // namespace vitrina
