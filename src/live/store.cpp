#include "live/store.hpp"

#include <algorithm>

namespace vitrina::live {

bool Store::add(Kind kind, std::string_view id, const Event& event) {
  const StoredEvent stored{
      .time = event.time,
      .product = event.product.empty() ? kNoCode : products_.intern(event.product),
      .page = event.page,
      .device = event.device.empty() ? kNoCode : devices_.intern(event.device),
      .action = event.action};
  auto& customers = customers_[static_cast<std::size_t>(kind)];
  auto found = customers.find(id);
  if (found == customers.end()) found = customers.try_emplace(std::string(id)).first;
  auto& events = found->second;
  const auto by_time = [](const StoredEvent& a, TimeUs time) { return a.time < time; };
  // nearly always the newest
  const bool is_newest = events.empty() || events.back().time < stored.time;
  auto at = is_newest ? events.end()
                      : std::lower_bound(events.begin(), events.end(), stored.time, by_time);
  for (; at != events.end() && at->time == stored.time; ++at) {
    if (*at == stored) return false;
  }
  events.insert(at, stored);
  ++n_events_;
  return true;
}

std::span<const StoredEvent> Store::of(Kind kind, std::string_view id) const {
  const auto& customers = customers_[static_cast<std::size_t>(kind)];
  const auto found = customers.find(id);
  if (found == customers.end()) return {};
  return found->second;
}

std::size_t Store::forget(Kind kind, std::string_view id) {
  auto& customers = customers_[static_cast<std::size_t>(kind)];
  const auto found = customers.find(id);
  if (found == customers.end()) return 0;
  const std::size_t n = found->second.size();
  customers.erase(found);
  n_events_ -= n;
  return n;
}

std::size_t Store::forget_if(Kind kind, const std::function<bool(std::string_view)>& meant) {
  auto& customers = customers_[static_cast<std::size_t>(kind)];
  return std::erase_if(customers, [&](const auto& customer) {
    if (!meant(customer.first)) return false;
    n_events_ -= customer.second.size();
    return true;
  });
}

Event Store::told(const StoredEvent& event) const {
  const auto text = [](const StringTable& table, std::uint32_t code) {
    return code == kNoCode ? std::string_view{} : table.text(code);
  };
  return {.time = event.time,
          .action = event.action,
          .product = text(products_, event.product),
          .page = event.page,
          .device = text(devices_, event.device)};
}

}  // namespace vitrina::live
