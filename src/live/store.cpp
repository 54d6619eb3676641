#include "live/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "core/error.hpp"

namespace vitrina::live {
namespace {

/// An event that is not newer than all of its customer's.
struct Late {
  std::vector<StoredEvent>* customer;
  StoredEvent event;
};

bool by_time(const StoredEvent& a, const StoredEvent& b) { return a.time < b.time; }

/// Some order in which the very same events stand together.
bool by_all(const StoredEvent& a, const StoredEvent& b) {
  return std::tie(a.time, a.product, a.page, a.device, a.action) <
         std::tie(b.time, b.product, b.page, b.device, b.action);
}

/// Appends to the first `n_there` of the events those of one moment that are not among them, each
/// once, in the order in which they were told. Time grows with the logarithm of how many are told
/// for each that is there, so that a robot's thousands in one moment hold nobody up.
void append_new(std::span<const StoredEvent> moment, std::size_t n_there,
                std::vector<StoredEvent>& events) {
  std::vector<std::size_t> distinct(moment.size());
  std::iota(distinct.begin(), distinct.end(), std::size_t{0});
  std::stable_sort(distinct.begin(), distinct.end(),
                   [&](std::size_t a, std::size_t b) { return by_all(moment[a], moment[b]); });
  distinct.erase(std::unique(distinct.begin(), distinct.end(),
                             [&](std::size_t a, std::size_t b) { return moment[a] == moment[b]; }),
                 distinct.end());
  std::vector<bool> is_new(moment.size());
  for (const auto d : distinct) is_new[d] = true;
  const auto [first, last] = std::equal_range(
      events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n_there), moment[0], by_time);
  for (auto there = first; there != last; ++there) {
    const auto found = std::lower_bound(
        distinct.begin(), distinct.end(), *there,
        [&](std::size_t d, const auto& event) { return by_all(moment[d], event); });
    if (found != distinct.end() && moment[*found] == *there) is_new[*found] = false;
  }
  for (std::size_t m = 0; m < moment.size(); ++m) {
    if (is_new[m]) events.push_back(moment[m]);
  }
}

}  // namespace

StoredEvent Store::stored(const Event& event) {
  return {.time = event.time,
          .product = event.product.empty() ? kNoCode : products_.intern(event.product),
          .page = event.page,
          .device = event.device.empty() ? kNoCode : devices_.intern(event.device),
          .action = event.action};
}

std::size_t Store::add(Kind told_kind, std::span<const std::string_view> ids,
                       std::span<const Event> events) {
  const auto n_before = n_events_;
  std::vector<Late> late;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto [kind, id] = owner(told_kind, ids[e]);
    auto& mine = opened(kind, id);
    const auto event = stored(events[e]);
    if (mine.empty() || mine.back().time < event.time) {  // nearly always
      mine.push_back(event);
      ++n_events_;
      name_device(event);
    } else {
      late.push_back({&mine, event});
    }
  }
  std::stable_sort(late.begin(), late.end(), [](const Late& a, const Late& b) {
    return std::pair(a.customer, a.event.time) < std::pair(b.customer, b.event.time);
  });
  std::vector<StoredEvent> of_one;
  for (std::size_t l = 0; l < late.size(); ++l) {
    of_one.push_back(late[l].event);
    if (l + 1 < late.size() && late[l + 1].customer == late[l].customer) continue;
    merge(*late[l].customer, of_one);
    of_one.clear();
  }
  return n_events_ - n_before;
}

void Store::merge(std::vector<StoredEvent>& events, std::span<const StoredEvent> late) {
  if (late.empty()) return;
  const auto n_there = events.size();
  for (auto begin = late.begin(); begin != late.end();) {
    const auto end = std::upper_bound(begin, late.end(), *begin, by_time);
    append_new({begin, end}, n_there, events);
    begin = end;
  }
  n_events_ += events.size() - n_there;
  for (auto e = n_there; e < events.size(); ++e) name_device(events[e]);
  const auto middle = events.begin() + static_cast<std::ptrdiff_t>(n_there);
  const auto first = std::upper_bound(events.begin(), middle, late.front(), by_time);
  std::inplace_merge(first, middle, events.end(), by_time);
}

std::vector<StoredEvent>& Store::opened(Kind kind, std::string_view id) {
  const auto k = static_cast<std::size_t>(kind);
  if (const auto found = customers_[k].find(id); found != customers_[k].end()) return found->second;
  auto& events = customers_[k].try_emplace(std::string(id)).first->second;
  const auto before = packed_[k].of(id);
  if (before.empty()) return events;
  events.reserve(before.size() + 1);
  events.assign(before.begin(), before.end());
  packed_[k].drop(id);
  return events;
}

void Store::name_device(const StoredEvent& event) {
  if (event.device == kNoCode) return;
  if (event.device >= n_named_.size()) n_named_.resize(devices_.size());
  ++n_named_[event.device];
}

std::pair<Kind, std::string_view> Store::owner(Kind kind, std::string_view id) const {
  if (kind == Kind::kUser) return {kind, id};
  const auto found = user_of_.find(id);
  if (found == user_of_.end()) return {kind, id};
  return {Kind::kUser, found->second};
}

bool Store::link(std::string_view visit, std::string_view user) {
  const auto [link, is_new] = user_of_.try_emplace(std::string(visit), user);
  if (!is_new) return link->second == user;
  const auto told = std::vector(own(Kind::kVisit, visit).begin(), own(Kind::kVisit, visit).end());
  if (told.empty()) return true;
  drop(Kind::kVisit, visit);
  auto& mine = opened(Kind::kUser, user);
  merge(mine, told);
  return true;
}

std::span<const StoredEvent> Store::of(Kind told_kind, std::string_view told_id) const {
  const auto [kind, id] = owner(told_kind, told_id);
  return own(kind, id);
}

std::span<const StoredEvent> Store::own(Kind kind, std::string_view id) const {
  const auto k = static_cast<std::size_t>(kind);
  const auto found = customers_[k].find(id);
  return found == customers_[k].end() ? packed_[k].of(id) : found->second;
}

std::size_t Store::forget(Kind kind, std::string_view id) {
  if (const auto user = owner(kind, id); user.first != kind) {
    throw Error(ErrorCode::kBadData,
                fmt::format("visit '{}': is linked to user '{}', whose its events are; forget the "
                            "user",
                            printable(id), printable(user.second)));
  }
  ++n_forgets_;
  if (kind == Kind::kUser) {
    std::erase_if(user_of_, [&](const auto& link) { return link.second == id; });
  }
  const auto n = own(kind, id).size();
  forget_first(kind, id, n);
  return n;
}

std::size_t Store::forget_before(TimeUs time, Walk& at, std::size_t n_events) {
  ++n_forgets_;
  std::vector<std::pair<Kind, std::string>> due;
  walk(at, n_events, [&](Kind kind, std::string_view id, const auto& events) {
    if (!events.empty() && events.front().time < time) due.emplace_back(kind, id);
  });
  const auto n_before = n_events_;
  for (const auto& [kind, id] : due) {
    const auto events = own(kind, id);
    const auto first =
        std::lower_bound(events.begin(), events.end(), StoredEvent{.time = time}, by_time);
    forget_first(kind, id, static_cast<std::size_t>(first - events.begin()));
  }
  return n_before - n_events_;
}

void Store::forget_first(Kind kind, std::string_view id, std::size_t n) {
  const auto events = own(kind, id);
  const std::vector gone(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n));
  if (n == events.size()) {
    drop(kind, id);
  } else {
    drop_first(kind, id, n);
  }
  for (const auto& event : gone) {
    if (event.device != kNoCode && n_named_[event.device] == 0) devices_.blank(event.device);
  }
}

void Store::drop_first(Kind kind, std::string_view id, std::size_t n) {
  for (const auto& event : own(kind, id).first(n)) {
    if (event.device != kNoCode) --n_named_[event.device];
  }
  n_events_ -= n;
  const auto k = static_cast<std::size_t>(kind);
  const auto found = customers_[k].find(id);
  if (found == customers_[k].end()) return packed_[k].drop_first(id, n);
  auto& events = found->second;
  events = std::vector(events.begin() + static_cast<std::ptrdiff_t>(n), events.end());
}

std::size_t Store::drop(Kind kind, std::string_view id) {
  for (const auto& event : own(kind, id)) {
    if (event.device != kNoCode) --n_named_[event.device];
  }
  const auto k = static_cast<std::size_t>(kind);
  auto n = packed_[k].drop(id);
  if (const auto found = customers_[k].find(id); found != customers_[k].end()) {
    n = found->second.size();
    customers_[k].erase(found);
  }
  n_events_ -= n;
  return n;
}

std::size_t Store::forget_if(Kind kind, const std::function<bool(std::string_view)>& meant) {
  ++n_forgets_;
  if (kind == Kind::kUser) {
    std::erase_if(user_of_, [&](const auto& link) { return meant(link.second); });
  }
  const auto k = static_cast<std::size_t>(kind);
  std::size_t n_events = 0;
  auto n = packed_[k].drop_if(meant, n_events);
  n += std::erase_if(customers_[k], [&](const auto& customer) {
    if (!meant(customer.first)) return false;
    n_events += customer.second.size();
    return true;
  });
  n_events_ -= n_events;
  count_devices();
  return n;
}

void Store::count_devices() {
  n_named_.assign(devices_.size(), 0);
  Walk at;
  walk(at, std::numeric_limits<std::size_t>::max(), [&](Kind, std::string_view, const auto& all) {
    for (const auto& event : all) name_device(event);
  });
  for (std::uint32_t code = 0; code < n_named_.size(); ++code) {
    if (n_named_[code] == 0) devices_.blank(code);
  }
}

void Store::put_packed(Kind kind, std::string_view id, std::span<const StoredEvent> events) {
  auto& packed = packed_[static_cast<std::size_t>(kind)];
  n_events_ -= packed.of(id).size();
  packed.put(id, events);
  n_events_ += events.size();
}

void Store::reserve_packed(std::size_t n_users_events) {
  packed_[static_cast<std::size_t>(Kind::kUser)].reserve(n_users_events);
}

void Store::walk(Walk& at, std::size_t n_events, const WalkUse& use) const {
  // Visits first: one that is linked meanwhile is met as itself, as its user, or as both. Those
  // that are packed first: they only leave, to where the walk comes later.
  while (!at.is_over() && n_events > 0) {
    const auto kind = at.part < 2 ? Kind::kVisit : Kind::kUser;
    const bool is_done = at.part % 2 == 0 ? walk_packed(at, kind, n_events, use)
                                          : walk_opened(at, kind, n_events, use);
    if (is_done) at = {at.part + 1};
  }
}

bool Store::walk_packed(Walk& at, Kind kind, std::size_t& left, const WalkUse& use) const {
  const auto& packed = packed_[static_cast<std::size_t>(kind)];
  for (; at.place < packed.n_places() && left > 0; ++at.place) {
    const auto id = packed.id(at.place);
    if (id.empty()) continue;
    const auto events = packed.events(at.place);
    use(kind, id, events);
    left -= std::min(left, events.size() + 1);
  }
  return at.place == packed.n_places();
}

bool Store::walk_opened(Walk& at, Kind kind, std::size_t& left, const WalkUse& use) const {
  const auto& customers = customers_[static_cast<std::size_t>(kind)];
  // the buckets are others now
  if (at.n_buckets != customers.bucket_count()) at = {at.part, 0, customers.bucket_count()};
  for (; at.place < at.n_buckets && left > 0; ++at.place) {
    for (auto each = customers.begin(at.place); each != customers.end(at.place); ++each) {
      use(kind, each->first, each->second);
      left -= std::min(left, each->second.size() + 1);
    }
  }
  return at.place == at.n_buckets;
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
