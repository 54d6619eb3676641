#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "data/links.hpp"
#include "data/shop_file.hpp"
#include "data/user_history.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

using test::Event;

constexpr TimeUs kHour = kUsPerHour;

Event at(std::string user, int hour, std::string item, std::string device,
         Action action = Action::kView) {
  return {std::move(user),  std::move(item), test::kOpening + hour * kHour, action, 0,
          std::move(device)};
}

std::string products_of(const Shop& shop, std::string_view user, int hour) {
  const auto history =
      test::history_of(shop.events, test::user_of(shop, user), test::kOpening + hour * kHour);
  std::string text;
  for (const auto item : history.events.item) {
    if (item.valid()) text += shop.items.external(item);
  }
  return text;
}

TEST(Links, UsersOfOneDeviceAreReadAsOnePerson) {
  auto shop =
      test::shop_of(std::vector<Event>{at("ann", 0, "A", "phone"), at("ann", 3, "C", "laptop"),
                                       at("bob", 1, "B", "phone"), at("cat", 2, "D", "tablet")});
  EXPECT_EQ(products_of(shop, "ann", 9), "AC");
  link_users(shop.events, 4);
  EXPECT_EQ(products_of(shop, "ann", 9), "ABC");  // in the order of time
  EXPECT_EQ(products_of(shop, "bob", 9), "ABC");
  EXPECT_EQ(products_of(shop, "cat", 9), "D");
}

TEST(Links, ALinkIsKnownFromTheSecondUserOn) {
  auto shop = test::shop_of(std::vector<Event>{
      at("ann", 0, "A", "phone"), at("bob", 1, "B", "laptop"), at("bob", 5, "C", "phone")});
  link_users(shop.events, 4);
  EXPECT_EQ(products_of(shop, "ann", 5), "A");  // bob comes to the phone at 5
  EXPECT_EQ(products_of(shop, "ann", 6), "ABC");
  EXPECT_EQ(products_of(shop, "bob", 5), "B");
}

TEST(Links, ADeviceOfManyLinksNobodyOnceItIsKnownAsOne) {
  auto shop = test::shop_of(std::vector<Event>{
      at("ann", 0, "A", "kiosk"), at("bob", 1, "B", "kiosk"), at("cat", 4, "C", "kiosk")});
  link_users(shop.events, 2);
  EXPECT_EQ(products_of(shop, "ann", 2), "AB");
  EXPECT_EQ(products_of(shop, "ann", 4), "AB");  // cat is of the future yet
  EXPECT_EQ(products_of(shop, "ann", 5), "A");
  EXPECT_EQ(products_of(shop, "cat", 5), "C");
}

TEST(Links, NoDeviceIsNobodys) {
  auto shop = test::shop_of(std::vector<Event>{at("ann", 0, "A", ""), at("bob", 1, "B", "")});
  link_users(shop.events, 4);
  EXPECT_EQ(products_of(shop, "ann", 9), "A");
}

TEST(Links, FriendsOfFriendsAreNotLinked) {
  auto shop = test::shop_of(std::vector<Event>{at("ann", 0, "A", "x"), at("bob", 1, "B", "x"),
                                               at("bob", 2, "C", "y"), at("cat", 3, "D", "y")});
  link_users(shop.events, 4);
  EXPECT_EQ(products_of(shop, "ann", 9), "ABC");
  EXPECT_EQ(products_of(shop, "bob", 9), "ABCD");
  EXPECT_EQ(products_of(shop, "cat", 9), "BCD");
}

TEST(Links, TheBasketIsSharedToo) {
  auto shop = test::shop_of(std::vector<Event>{at("ann", 0, "A", "x", Action::kBasketAdd),
                                               at("bob", 1, "B", "x", Action::kBasketAdd),
                                               at("bob", 2, "A", "x", Action::kOrder)});
  link_users(shop.events, 4);
  const auto history =
      test::history_of(shop.events, test::user_of(shop, "ann"), test::kOpening + 9 * kHour);
  EXPECT_FALSE(history.find(test::item_of(shop, "A"))->in_basket);
  EXPECT_TRUE(history.find(test::item_of(shop, "B"))->in_basket);
  const auto copy = history;  // a copy keeps what it points to
  EXPECT_EQ(copy.events.size(), 3U);
  EXPECT_EQ(copy.events.item[0], test::item_of(shop, "A"));
}

/// Random events of users who swap devices.
std::vector<Event> swapping(std::uint64_t seed) {
  auto events = test::random_events({.seed = seed});
  Rng rng(seed, 11);
  for (auto& event : events) {
    if (rng.chance(0.1)) event.device = "d" + std::to_string(rng.below(60));
  }
  return events;
}

/// The users of one person as of a moment, by looking at every device.
std::set<std::string> naive_person(const std::vector<Event>& events, const std::string& user,
                                   TimeUs as_of, std::size_t max_users) {
  std::map<std::string, std::set<std::string>> users_of;
  for (const auto& event : events) {
    if (event.time < as_of && !event.device.empty()) users_of[event.device].insert(event.user);
  }
  std::set<std::string> person{user};
  for (const auto& [device, users] : users_of) {
    if (users.size() <= max_users && users.contains(user)) {
      person.insert(users.begin(), users.end());
    }
  }
  return person;
}

TEST(Links, AgreeWithLookingAtEveryDevice) {
  std::size_t n_linked = 0;
  for (const auto seed : test::property_seeds(3)) {
    const auto events = swapping(seed);
    auto shop = test::shop_of(events);
    link_users(shop.events, 3);
    const std::set<Event> distinct(events.begin(), events.end());
    for (const double days : {1.0, 3.0, 8.0, 20.0}) {
      const TimeUs as_of = test::kOpening + from_days(days);
      for (std::size_t u = 0; u < shop.users.size(); ++u) {
        const std::string user(shop.users.text(u));
        const auto person = naive_person(events, user, as_of, 3);
        const auto n = std::count_if(distinct.begin(), distinct.end(), [&](const Event& event) {
          return event.time < as_of && person.contains(event.user);
        });
        const auto history = test::history_of(shop.events, UserIdx(u), as_of);
        EXPECT_EQ(history.events.size(), static_cast<std::size_t>(n))
            << "seed " << seed << " " << user << " after " << days;
        EXPECT_TRUE(std::is_sorted(history.events.time.begin(), history.events.time.end()));
        TouchSums sums;
        read_touch_sums(history.events, as_of, sums);
        EXPECT_EQ(sums.sums, history.sums);
        n_linked += person.size() > 1 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(n_linked, 50U);
}

TEST(Links, ComeBackFromDisk) {
  auto shop = test::shop_of(swapping(1));
  const auto path = test::scratch("linked_shop.vtr");
  save_shop(shop, path);
  EXPECT_EQ(load_shop(path).events.links.n_rows(), 0U);
  link_users(shop.events, 3);
  save_shop(shop, path);
  const auto loaded = load_shop(path);
  ASSERT_EQ(loaded.events.links.offsets, shop.events.links.offsets);
  EXPECT_GT(loaded.events.links.values.size(), 10U);
  for (std::size_t i = 0; i < loaded.events.links.values.size(); ++i) {
    const auto& found = loaded.events.links.values[i];
    const auto& expected = shop.events.links.values[i];
    EXPECT_EQ(found.user, expected.user);
    EXPECT_EQ(found.since, expected.since);
    EXPECT_EQ(found.until, expected.until);
  }
}

}  // namespace
}  // namespace vitrina
