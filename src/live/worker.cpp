#include "live/worker.hpp"

#include <algorithm>

namespace vitrina::live {

/// Behind the known products, by id: as in the log of any set of customers.
void Worker::number_newcomers(const Store& store, const std::vector<ItemIdx>& item_of,
                              std::size_t n_known) {
  newcomers.clear();
  auto& codes = newcomer_codes;
  codes.clear();
  for (const auto& event : stored) {
    if (event.product == kNoCode || item_of[event.product].valid()) continue;
    codes.push_back(event.product);
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  for (const auto code : codes) newcomers.push_back({code, std::string(store.product(code)), {}});
  std::sort(newcomers.begin(), newcomers.end(),
            [](const Newcomer& a, const Newcomer& b) { return a.id < b.id; });
  newcomer_items.resize(codes.size());
  for (std::size_t n = 0; n < newcomers.size(); ++n) {
    newcomers[n].item = ItemIdx(n_known + n);
    newcomer_items[place_of(newcomers[n].code)] = newcomers[n].item;
  }
}

ItemIdx Worker::newcomer(std::uint32_t code) const { return newcomer_items[place_of(code)]; }

std::size_t Worker::place_of(std::uint32_t code) const {
  const auto& codes = newcomer_codes;
  return static_cast<std::size_t>(std::lower_bound(codes.begin(), codes.end(), code) -
                                  codes.begin());
}

std::optional<ItemIdx> Worker::find(std::string_view id, const ProductSpace& products) const {
  if (const auto item = products.items.find(id)) return item;
  const auto met = std::lower_bound(newcomers.begin(), newcomers.end(), id,
                                    [](const Newcomer& a, const auto& b) { return a.id < b; });
  return met != newcomers.end() && met->id == id ? std::optional(met->item) : std::nullopt;
}

std::string_view Worker::id_of(ItemIdx item, const ProductSpace& products) const {
  const auto n_known = products.items.size();
  return item.value < n_known ? products.items.external(item)
                              : std::string_view(newcomers[item.value - n_known].id);
}

void Worker::mark(std::span<const std::string> ids, const ProductSpace& products,
                  std::uint8_t value) {
  for (const auto& id : ids) {
    if (const auto item = find(id, products)) allowed[item->value] = value;
  }
}

std::span<const std::uint8_t> Worker::find_allowed(const Request& request,
                                                   const ProductSpace& products,
                                                   const Shelf& shelf) {
  const bool asks_shelf =
      !request.catalog.is_empty() || (!request.catalog.also_unavailable && !shelf.is_open());
  if (!request.only && request.exclude.empty() && !request.excludes_touched &&
      request.history.is_empty() && !asks_shelf) {
    return {};
  }
  const std::size_t n = products.items.size() + newcomers.size();
  allowed.assign(n, request.only ? 0 : 1);
  if (request.only) mark(*request.only, products, 1);
  mark(request.exclude, products, 0);
  if (request.excludes_touched) {
    for (const auto item : events.item) {
      if (item.valid()) allowed[item.value] = 0;
    }
  }
  const EventSpan mine{events.time, events.item, events.action, events.page, events.device};
  forbid(request.history, mine, request.as_of, history, allowed);
  if (asks_shelf) {
    std::vector<std::string_view> ids;
    ids.reserve(newcomers.size());
    for (const auto& newcomer : newcomers) ids.push_back(newcomer.id);
    shelf.forbid(request.catalog, ids, allowed);
  }
  return allowed;
}

}  // namespace vitrina::live
