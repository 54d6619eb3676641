#include "tools/data_facts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "data/build.hpp"
#include "data/purchases.hpp"

namespace vitrina::tools {
namespace {

/// Which products an event names.
std::vector<bool> products_of(const EventLog& events, std::size_t n_items) {
  std::vector<bool> named(n_items, false);
  for (const auto item : events.item) {
    if (item.valid()) named[item.value] = true;
  }
  return named;
}

std::uint64_t days_of(const EventLog& events, TimeUs begin, TimeUs end) {
  std::vector<bool> has_event(static_cast<std::size_t>((end - begin) / kUsPerDay) + 2, false);
  const TimeUs first = begin - begin % kUsPerDay;
  for (const auto time : events.time) {
    has_event[static_cast<std::size_t>((time - first) / kUsPerDay)] = true;
  }
  return static_cast<std::uint64_t>(std::ranges::count(has_event, true));
}

CatalogFacts catalog_facts(const Shop& shop, const RawCatalog& raw,
                           const std::vector<bool>& in_log) {
  CatalogFacts facts;
  facts.rows = raw.product_id.size();
  facts.prices_unread = raw.n_prices_unread;
  facts.price_unread = raw.price_unread;
  facts.prices_negative = raw.n_prices_negative;
  facts.price_negative = raw.price_negative;
  facts.categories = shop.categories.size();
  facts.vectors_from = pipeline::vectors_from(shop, &raw);
  const auto& catalog = shop.catalog;
  for (std::size_t i = 0; i < in_log.size(); ++i) {
    const ItemIdx item(static_cast<std::uint32_t>(i));
    if (catalog.is_listed[i] == 0) continue;
    if (!in_log[i]) {
      if (facts.some_product.empty()) facts.some_product = shop.items.external(item);
      continue;
    }
    ++facts.in_log;
    facts.priced += std::isfinite(catalog.price[i]) ? 1U : 0U;
    facts.categorised += catalog.category[i].valid() ? 1U : 0U;
    facts.titled += catalog.title_words.row(i).empty() ? 0U : 1U;
  }
  return facts;
}

/// The shortest log that has a valid fold, in whole days.
double days_for_valid(const pipeline::SplitConfig& split) {
  double days = std::ceil(split.horizon_days);
  while (!pipeline::decide_folds(0, from_days(days), split).valid && days < 10'000) ++days;
  return days;
}

void add_products(Facts& facts, const Shop& shop, const std::vector<bool>& in_log) {
  for (std::size_t i = 0; i < in_log.size(); ++i) {
    if (!in_log[i]) continue;
    ++facts.products;
    const auto id = shop.items.external(ItemIdx(static_cast<std::uint32_t>(i)));
    if (facts.joined_product.empty() && id.find_first_of(",;| ") != std::string_view::npos) {
      facts.joined_product = id;
    }
    if (facts.some_product.empty() && shop.catalog.is_listed[i] == 0) facts.some_product = id;
  }
}

/// What table tools write into an empty cell, in any case of letters.
constexpr std::string_view kWordsForNothing[] = {"nan", "none", "null", "nil",       "na",
                                                 "n/a", "<na>", "nat",  "undefined", "\\n"};

bool is_word_for_nothing(std::string_view id) {
  std::string small(id);
  for (auto& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::ranges::find(kWordsForNothing, small) != std::end(kWordsForNothing);
}

/// A customer with more than this share of a log of more than so many events.
constexpr double kLargeShare = 0.05;
constexpr std::uint64_t kManyEvents = 10'000;

std::vector<DoubtfulCustomer> doubtful_customers(const Shop& shop) {
  const auto n_events = shop.events.n_events();
  std::vector<DoubtfulCustomer> doubtful;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto id = shop.users.text(u);
    const auto own = shop.events.offsets[u + 1] - shop.events.offsets[u];
    const bool is_large = n_events > kManyEvents &&
                          static_cast<double>(own) > kLargeShare * static_cast<double>(n_events);
    const bool is_word = is_word_for_nothing(id);
    if (is_large || is_word) doubtful.push_back({std::string(id), own, is_word});
  }
  std::ranges::stable_sort(doubtful, std::greater{}, &DoubtfulCustomer::events);
  return doubtful;
}

}  // namespace

Facts facts_of(RawLog& raw, const RawCatalog* catalog, const pipeline::SplitConfig& split,
               int threads) {
  Facts facts;
  facts.log_notes = raw.notes;
  facts.horizon_days = split.horizon_days;
  facts.days_for_valid = days_for_valid(split);
  if (catalog != nullptr) facts.catalog_notes = catalog->notes;
  if (raw.user.empty()) {
    facts.counts = std::move(raw.counts);
    return facts;
  }
  const auto shop = build_shop(raw, catalog, threads);
  facts.counts = std::move(raw.counts);
  facts.events = shop.events.n_events();
  facts.users = shop.users.size();
  facts.doubtful = doubtful_customers(shop);
  facts.begin = shop.begin;
  facts.end = shop.end;
  facts.days = days_of(shop.events, shop.begin, shop.end);
  for (const auto action : shop.events.action) ++facts.by_action[code(action)];
  const auto late =
      purchases_between(shop.events, shop.end - from_days(split.horizon_days), shop.end);
  facts.late_buyers = late.n_buyers();
  facts.late_bought = late.n_pairs();
  facts.has_devices = std::ranges::any_of(shop.events.device, [](auto d) { return d != kNoCode; });
  const auto in_log = products_of(shop.events, shop.items.size());
  add_products(facts, shop, in_log);
  if (catalog != nullptr) facts.catalog = catalog_facts(shop, *catalog, in_log);
  const auto folds = pipeline::decide_folds(shop.begin, shop.end, split);
  facts.train_windows = folds.train.size();
  facts.label_days = to_days(folds.label_length);
  facts.has_valid = folds.valid.has_value();
  return facts;
}

}  // namespace vitrina::tools
