#include "live/rules.hpp"

#include <algorithm>

#include "core/action.hpp"

namespace vitrina::live {
namespace {

bool has(const Touch& touch, bool (*holds)(Action)) {
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    if (touch.count[slot] > 0 && holds(kProductActions[slot])) return true;
  }
  return false;
}

bool excludes(const HistoryRules& rules, const Touch& touch) {
  return (rules.excludes_in_basket && touch.in_basket) ||
         (rules.excludes_bought && has(touch, is<Action::kOrder>)) ||
         (rules.excludes_seen &&
          has(touch, [](Action action) { return interest(action) == Interest::kClick; }));
}

}  // namespace

void forbid(const HistoryRules& rules, const EventSpan& events, TimeUs as_of, UserHistory& history,
            std::span<std::uint8_t> allowed) {
  if (rules.is_empty()) return;
  read_history(events, as_of, history);
  for (const auto& touch : history.touches) {
    if (touch.item.value < allowed.size() && excludes(rules, touch)) allowed[touch.item.value] = 0;
  }
}

void forbid(const CatalogRules& rules, const ProductSpace& products,
            std::span<std::uint8_t> allowed) {
  if (rules.is_empty()) return;
  std::vector<CategoryIdx> categories;
  for (const auto& id : rules.categories) {
    if (const auto category = products.categories.find(id)) categories.push_back(*category);
  }
  const auto& catalog = products.catalog;
  const std::size_t n_known = std::min(allowed.size(), catalog.n_items());
  for (std::size_t i = 0; i < n_known; ++i) {
    if (rules.only_listed && catalog.is_listed[i] == 0) allowed[i] = 0;
    const float price = catalog.price[i];
    // NaN is in no range
    if (rules.asks_price() && !(price >= rules.min_price && price <= rules.max_price)) {
      allowed[i] = 0;
    }
    if (!rules.categories.empty() &&
        std::find(categories.begin(), categories.end(), catalog.category[i]) == categories.end()) {
      allowed[i] = 0;
    }
  }
  std::fill(allowed.begin() + static_cast<std::ptrdiff_t>(n_known), allowed.end(), std::uint8_t{0});
}

}  // namespace vitrina::live
