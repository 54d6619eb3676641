#include "support/random_shop.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "data/decay.hpp"

namespace vitrina::test {
namespace {

/// How often each action is drawn, by code.
constexpr std::array<double, kActionCount> kShare{0.45, 0.05, 0.15, 0.05, 0.02,
                                                  0.08, 0.06, 0.06, 0.04, 0.04};

Action random_action(Rng& rng) {
  double left = rng.uniform();
  for (std::size_t a = 0; a < kActionCount; ++a) {
    left -= kShare[a];
    if (left < 0) return static_cast<Action>(a);
  }
  return Action::kView;
}

/// Squaring makes the small numbers the frequent ones.
std::uint64_t skewed(Rng& rng, std::uint64_t n) {
  const double u = rng.uniform();
  return static_cast<std::uint64_t>(u * u * static_cast<double>(n));
}

/// Visits have no product as a rule, the other actions have one as a rule; both break it.
std::string random_item(Rng& rng, Action action, std::uint64_t n_items) {
  const bool is_usual = product_action_slot(action) < kProductActionCount;
  if (rng.chance(0.1) == is_usual) return "";
  return fmt::format("p{:03}", skewed(rng, n_items));
}

/// Minutes after a list of products something of it is taken: chance alone hardly makes visits.
Event bought_after(Event event, const RandomShop& config, Rng& rng) {
  event.time += static_cast<TimeUs>(1 + rng.below(20)) * 60 * kUsPerSecond;
  event.action = rng.chance(0.7) ? Action::kBasketAdd : Action::kOrder;
  event.item = fmt::format("p{:03}", skewed(rng, config.n_items));
  return event;
}

}  // namespace

std::vector<Event> random_events(const RandomShop& config) {
  Rng rng(config.seed, 1);
  std::vector<Event> events;
  const auto length = static_cast<std::uint64_t>(from_days(config.days) / kUsPerSecond);
  while (events.size() < config.n_events) {
    Event event;
    event.user = fmt::format("u{:03}", skewed(rng, config.n_users));
    // whole minutes now and then, so that events of a user share a moment
    const auto second = rng.below(length);
    event.time =
        config.begin +
        static_cast<TimeUs>(rng.chance(0.3) ? second / 3600 * 3600 : second) * kUsPerSecond;
    event.action = random_action(rng);
    event.item = random_item(rng, event.action, config.n_items);
    event.page = static_cast<std::uint32_t>(rng.below(3));
    if (rng.chance(0.7)) event.device = "d" + event.user.substr(1);
    if (rng.chance(0.05)) event.device += "b";
    events.push_back(event);
    if (rng.chance(0.05)) events.push_back(event);
    if (event.action == Action::kBasketPage && !event.item.empty() && rng.chance(0.5)) {
      event.item = random_item(rng, event.action, config.n_items);
      events.push_back(event);
    }
    const bool is_list = event.action == Action::kCategoryPage || event.action == Action::kSearch;
    if (is_list && rng.chance(0.6)) events.push_back(bought_after(event, config, rng));
  }
  shuffle(events, rng);
  return events;
}

std::vector<Product> random_catalog(const RandomShop& config) {
  Rng rng(config.seed, 2);
  std::vector<Product> products;
  for (std::uint64_t i = 0; i < config.n_items + config.n_items / 6; ++i) {
    if (i % 6 == 5 && i < config.n_items) continue;
    Product product;
    product.id = fmt::format("p{:03}", i);
    if (i % 7 != 6) product.category = fmt::format("c{}", i % 5);
    product.price = static_cast<float>(10 + rng.below(90));
    product.title = fmt::format("w{} w{} w{}", i % 5, rng.below(9), rng.below(40));
    product.add_date = config.begin + from_days(config.days * rng.uniform());
    if (i % 3 == 0) product.old_price = product.price * (i % 2 == 0 ? 1.25F : 1.0F);
    products.push_back(product);
  }
  return products;
}

std::vector<std::uint64_t> property_seeds(std::size_t n) {
  if (const char* given = std::getenv("VITRINA_TEST_SEED")) {
    return {std::strtoull(given, nullptr, 10)};
  }
  std::vector<std::uint64_t> seeds;
  for (std::size_t s = 1; s <= n; ++s) seeds.push_back(s);
  return seeds;
}

}  // namespace vitrina::test
