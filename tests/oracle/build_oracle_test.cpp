#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/build.hpp"
#include "support/random_shop.hpp"

// The dense shop against the raw rows: nothing is lost, nothing is invented, everything is in the
// promised order.

namespace vitrina {
namespace {

test::Event event_of(const Shop& shop, std::size_t user, const EventSpan& events, std::size_t e) {
  const auto item = events.item[e];
  return {std::string(shop.users.text(user)),
          item.valid() ? std::string(shop.items.external(item)) : "",
          events.time[e],
          events.action[e],
          events.page[e],
          ""};
}

TEST(BuildOracle, TheRowsOfTheShopAreTheDistinctRowsOfTheLog) {
  for (const auto seed : test::property_seeds(5)) {
    SCOPED_TRACE(seed);
    const auto events = test::random_events({.seed = seed});
    auto raw = test::raw_log(events);
    const auto shop = build_shop(raw, nullptr, 2);
    const std::set<test::Event> distinct(events.begin(), events.end());
    EXPECT_EQ(shop.events.n_events(), distinct.size());
    EXPECT_EQ(raw.counts.count(BadRow::kDuplicate), events.size() - distinct.size());
    EXPECT_GT(raw.counts.count(BadRow::kDuplicate), 0U);
    EXPECT_EQ(raw.counts.count(BadRow::kImplausibleDate), 0U);

    std::multiset<test::Event> expected;  // devices are codes without a map: left out
    for (auto event : distinct) {
      event.device.clear();
      expected.insert(event);
    }
    std::multiset<test::Event> found;
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      const auto own = shop.events.of(UserIdx(u));
      EXPECT_FALSE(own.empty());
      for (std::size_t e = 0; e < own.size(); ++e) found.insert(event_of(shop, u, own, e));
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(BuildOracle, DenseIdsFollowTheSortedExternalIds) {
  const auto events = test::random_events({.seed = 3});
  const auto products = test::random_catalog({.seed = 3});
  const auto shop = test::shop_of(events, products);
  std::set<std::string> users;
  std::set<std::string> items;
  std::set<std::string> categories;
  for (const auto& event : events) {
    users.insert(event.user);
    if (!event.item.empty()) items.insert(event.item);
  }
  for (const auto& product : products) {
    items.insert(product.id);
    if (!product.category.empty()) categories.insert(product.category);
  }
  const auto texts = [](const IdMapBase& map) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < map.size(); ++i) all.emplace_back(map.text(i));
    return all;
  };
  EXPECT_EQ(texts(shop.users), std::vector<std::string>(users.begin(), users.end()));
  EXPECT_EQ(texts(shop.items), std::vector<std::string>(items.begin(), items.end()));
  EXPECT_EQ(texts(shop.categories), std::vector<std::string>(categories.begin(), categories.end()));
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    EXPECT_EQ(shop.items.find(shop.items.text(i)), ItemIdx(i));
  }
  EXPECT_FALSE(shop.items.find("no such product").has_value());
}

TEST(BuildOracle, EventsOfAUserAreInOrder) {
  const auto shop = test::shop_of(test::random_events({.seed = 4}));
  TimeUs first = shop.events.time[0];
  TimeUs last = shop.events.time[0];
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto own = shop.events.of(UserIdx(u));
    for (std::size_t e = 0; e < own.size(); ++e) {
      first = std::min(first, own.time[e]);
      last = std::max(last, own.time[e]);
      if (e == 0) continue;
      const auto key = [&](std::size_t i) {
        return std::tuple(own.time[i], own.action[i], own.item[i], own.page[i], own.device[i]);
      };
      EXPECT_LT(key(e - 1), key(e));
    }
  }
  EXPECT_EQ(shop.begin, first);
  EXPECT_EQ(shop.end, last + 1);
}

TEST(BuildOracle, NeitherRowOrderNorThreadsMatter) {
  auto events = test::random_events({.seed = 5});
  const auto expected = test::shop_of(events);
  Rng rng(5);
  test::shuffle(events, rng);
  auto raw = test::raw_log(events);
  const auto shop = build_shop(raw, nullptr, 4);
  EXPECT_EQ(shop.events.offsets, expected.events.offsets);
  EXPECT_EQ(shop.events.time, expected.events.time);
  EXPECT_EQ(shop.events.item, expected.events.item);
  EXPECT_EQ(shop.events.action, expected.events.action);
  EXPECT_EQ(shop.events.page, expected.events.page);
  EXPECT_EQ(shop.events.device, expected.events.device);
}

TEST(BuildOracle, TheCatalogIsTheLastRowOfEachProduct) {
  auto products = test::random_catalog({.seed = 6});
  const std::size_t n_once = products.size();
  for (std::size_t i = 0; i < n_once; i += 3) {
    auto again = products[i];
    again.price += 1000;
    again.category = "c_new";
    products.push_back(again);
  }
  const auto shop = test::shop_of(test::random_events({.seed = 6}), products);
  std::map<std::string, test::Product> last;
  for (const auto& product : products) last[product.id] = product;
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    const auto it = last.find(std::string(shop.items.text(i)));
    const auto category = shop.catalog.category[i];
    EXPECT_EQ(shop.catalog.is_listed[i] != 0, it != last.end());
    if (it == last.end()) {
      EXPECT_FALSE(category.valid());
      EXPECT_TRUE(std::isnan(shop.catalog.price[i]));
      EXPECT_EQ(shop.catalog.add_date[i], kNoTime);
      continue;
    }
    EXPECT_EQ(category.valid() ? shop.categories.external(category) : "", it->second.category);
    EXPECT_EQ(shop.catalog.price[i], it->second.price);
    EXPECT_EQ(shop.catalog.add_date[i], it->second.add_date);
  }
}

}  // namespace
}  // namespace vitrina
