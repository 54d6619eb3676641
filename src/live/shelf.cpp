#include "live/shelf.hpp"

#include <algorithm>
#include <mutex>

namespace vitrina::live {

struct Shelf::Rules {
  const CatalogRules& asked;
  std::vector<CategoryIdx> categories;

  [[nodiscard]] bool allow(const Offer& offer) const {
    if (!offer.is_available && !asked.also_unavailable) return false;
    if (asked.only_listed && !offer.is_listed) return false;
    // NaN is in no range
    if (asked.asks_price() && !(offer.price >= asked.min_price && offer.price <= asked.max_price)) {
      return false;
    }
    return asked.categories.empty() ||
           std::find(categories.begin(), categories.end(), offer.category) != categories.end();
  }
};

Shelf::Shelf(const ProductSpace& products) : products_(products) {
  const auto& catalog = products.catalog;
  offers_.resize(catalog.n_items());
  for (std::size_t i = 0; i < offers_.size(); ++i) {
    offers_[i] = {.price = catalog.price[i],
                  .category = catalog.category[i],
                  .is_listed = catalog.is_listed[i] != 0};
  }
}

CategoryIdx Shelf::number(const std::string& category) {
  if (category.empty()) return {};
  if (const auto known = products_.categories.find(category)) return *known;
  const CategoryIdx next(products_.categories.size() + more_categories_.size());
  return more_categories_.try_emplace(category, next).first->second;
}

void Shelf::change(const Facts& facts, Offer& offer) {
  if (facts.price) offer.price = static_cast<float>(*facts.price);
  if (facts.category) offer.category = number(*facts.category);
  if (facts.available) offer.is_available = *facts.available;
}

void Shelf::put(const std::string& product, const Facts& facts) {
  const std::unique_lock lock(mutex_);
  if (const auto item = products_.items.find(product); item && item->value < offers_.size()) {
    auto& offer = offers_[item->value];
    change(facts, offer);
    offer.is_available ? unavailable_.erase(item->value) : unavailable_.insert(item->value).second;
    return;
  }
  auto& offer = others_[product];
  const bool was_available = offer.is_available;
  change(facts, offer);
  if (was_available && !offer.is_available) ++n_others_unavailable_;
  if (!was_available && offer.is_available) --n_others_unavailable_;
}

bool Shelf::is_open() const {
  const std::shared_lock lock(mutex_);
  return unavailable_.empty() && n_others_unavailable_ == 0;
}

Shelf::Offer Shelf::offer_of(std::string_view newcomer) const {
  const auto found = others_.find(std::string(newcomer));
  return found == others_.end() ? Offer{} : found->second;
}

void Shelf::forbid_unavailable(std::span<const std::string_view> newcomers,
                               std::span<std::uint8_t> allowed) const {
  for (const auto item : unavailable_) allowed[item] = 0;
  if (n_others_unavailable_ == 0) return;
  const auto behind = allowed.subspan(allowed.size() - newcomers.size());
  for (std::size_t n = 0; n < newcomers.size(); ++n) {
    if (!offer_of(newcomers[n]).is_available) behind[n] = 0;
  }
}

void Shelf::forbid(const CatalogRules& rules, std::span<const std::string_view> newcomers,
                   std::span<std::uint8_t> allowed) const {
  const std::shared_lock lock(mutex_);
  if (rules.is_empty()) {
    if (!rules.also_unavailable) forbid_unavailable(newcomers, allowed);
    return;
  }
  Rules numbered{rules, {}};
  for (const auto& id : rules.categories) {
    if (const auto known = products_.categories.find(id)) numbered.categories.push_back(*known);
    const auto more = more_categories_.find(id);
    if (more != more_categories_.end()) numbered.categories.push_back(more->second);
  }
  const auto forbid_by = [&](const Offer& offer, std::uint8_t& is_allowed) {
    if (!numbered.allow(offer)) is_allowed = 0;
  };
  const auto n_known = allowed.size() - newcomers.size();
  for (std::size_t i = 0; i < n_known; ++i) {
    forbid_by(i < offers_.size() ? offers_[i] : Offer{}, allowed[i]);
  }
  for (std::size_t n = 0; n < newcomers.size(); ++n) {
    forbid_by(offer_of(newcomers[n]), allowed[n_known + n]);
  }
}

}  // namespace vitrina::live
