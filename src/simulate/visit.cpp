#include "simulate/visit.hpp"

namespace vitrina::simulate {
namespace {

constexpr double kSearchShare = 0.073;
constexpr double kCountedPageLoads = 0.6;
constexpr double kMorePages = 0.77;
constexpr double kOtherIdShare = 0.35;
constexpr std::uint32_t kInfoPages = 40;

std::uint32_t pick_id(std::uint32_t first, std::uint32_t n, Rng& rng) {
  if (n == 1 || !rng.chance(kOtherIdShare)) return first;
  return first + 1 + static_cast<std::uint32_t>(rng.below(n - 1));
}

}  // namespace

Visit::Visit(const Surroundings& surroundings, const Person& person, TimeUs start, Rng& rng,
             EventSink& sink)
    : around_(surroundings),
      rng_(rng),
      sink_(sink),
      now_(start),
      user_(pick_id(person.first_user, person.ids.users, rng)),
      device_(pick_id(person.first_device, person.ids.devices, rng)) {
  if (rng.chance(around_.config.junk_share)) user_ = around_.junk_user;
  if (rng.chance(around_.config.junk_share / 2)) device_ = around_.junk_device;
}

void Visit::wait() {
  const double seconds = 1.0 + lognormal(rng_, pause_seconds_, 1.0);
  now_ += static_cast<TimeUs>(seconds) * kUsPerSecond;
}

void Visit::emit(Action action, std::span<const std::uint32_t> products, std::uint32_t page) {
  if (now_ < around_.calendar.start() || now_ >= around_.calendar.end()) return;
  EventRow row;
  row.second = static_cast<std::uint32_t>((now_ - around_.calendar.start()) / kUsPerSecond);
  row.user = user_;
  row.device = device_;
  row.page = page;
  row.first_product = static_cast<std::uint32_t>(sink_.products.size());
  row.action = static_cast<std::uint8_t>(action);
  sink_.products.insert(sink_.products.end(), products.begin(), products.end());
  if (!products.empty() && rng_.chance(around_.config.junk_share)) {
    // A broken tag takes the place of a single product and joins a list of several.
    if (products.size() == 1) sink_.products.pop_back();
    sink_.products.push_back(around_.junk_product);
  }
  row.n_products = static_cast<std::uint16_t>(sink_.products.size() - row.first_product);
  sink_.rows.push_back(row);
}

void Visit::page_load(std::uint32_t page) {
  if (rng_.chance(kCountedPageLoads)) emit(Action::kVisit, {}, page);
}

void Visit::look_around(double mean) {
  emit(Action::kVisit, {}, kFirstInfoPage);
  const int n = geometric(rng_, mean);
  for (int i = 0; i < n; ++i) {
    wait();
    const auto page = kFirstInfoPage + static_cast<std::uint32_t>(rng_.below(kInfoPages));
    emit(Action::kVisit, {}, page);
  }
  wait();
}

void Visit::open_list(std::uint32_t category) {
  const auto& c = around_.world.categories[category];
  const bool search = rng_.chance(kSearchShare);
  list_page_ = search ? kFirstSearchPage + c.type_word : c.id;
  const int n = 1 + geometric(rng_, kMorePages);
  for (int i = 0; i < n; ++i) {
    page_load(list_page_);
    emit(search ? Action::kSearch : Action::kCategoryPage, {}, list_page_);
    wait();
  }
}

bool Visit::view(std::uint32_t product) {
  if (!around_.world.products[product].on_sale(now_)) return false;
  page_load(list_page_);
  emit(Action::kView, {&product, 1}, list_page_);
  wait();
  return true;
}

void Visit::on_product(Action action, std::uint32_t product) {
  emit(action, {&product, 1}, list_page_);
  wait();
}

void Visit::clear() {
  emit(Action::kBasketClear, {}, kBasketPageId);
  wait();
}

void Visit::basket_page(std::span<const std::uint32_t> basket) {
  page_load(kBasketPageId);
  emit(Action::kBasketPage, basket, kBasketPageId);
  wait();
}

void Visit::order(std::span<const std::uint32_t> products) {
  page_load(kBasketPageId);
  emit(Action::kOrder, products, kBasketPageId);
  wait();
}

}  // namespace vitrina::simulate
