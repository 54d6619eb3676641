#include "data/add_users.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/links.hpp"
#include "support/events.hpp"
#include "support/random_shop.hpp"

namespace vitrina {
namespace {

std::vector<std::string> ids_of(const Shop& shop) {
  std::vector<std::string> ids;
  for (std::size_t u = 0; u < shop.users.size(); ++u) ids.emplace_back(shop.users.text(u));
  return ids;
}

TEST(AddUsers, HaveAPlaceByTheirIdAndNoEvents) {
  const auto event = [](const char* user) {
    return test::Event{user, "p", test::kOpening, Action::kView, 0, ""};
  };
  auto shop = test::shop_of(std::vector{event("b"), event("d")});
  const std::vector<std::string> ids{"e", "a", "b", "c", "c", "/*", ""};
  EXPECT_EQ(add_users(ids, shop), 3U);
  EXPECT_EQ(ids_of(shop), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
  for (const std::size_t stranger : {0U, 2U, 4U}) {
    EXPECT_TRUE(shop.events.of(UserIdx(stranger)).empty());
  }
  EXPECT_EQ(shop.events.of(UserIdx(1)).size(), 1U);
  EXPECT_EQ(shop.events.of(UserIdx(3)).size(), 1U);
  EXPECT_EQ(add_users(ids, shop), 0U);
}

TEST(AddUsers, EverybodyElseKeepsEventsAndLinks) {
  const test::RandomShop config{.seed = 5};
  const auto before = [&] {
    auto shop = test::shop_of(test::random_events(config));
    link_users(shop.events, 3);
    return shop;
  }();
  auto after = before;
  ASSERT_GT(before.events.links.values.size(), 0U) << "the test would not see links";
  std::vector<std::string> ids{"", "zzz"};
  for (std::size_t u = 0; u < before.users.size(); u += 3) {
    ids.push_back(std::string(before.users.text(u)) + "+");
  }
  EXPECT_EQ(add_users(ids, after), ids.size() - 1);
  for (std::size_t u = 0; u < before.users.size(); ++u) {
    const auto moved = after.users.find(before.users.text(u));
    ASSERT_TRUE(moved);
    const auto old_events = before.events.of(UserIdx(u));
    const auto new_events = after.events.of(*moved);
    EXPECT_EQ(old_events.time.data() - before.events.time.data(),
              new_events.time.data() - after.events.time.data());
    EXPECT_EQ(old_events.size(), new_events.size());
    const auto old_links = before.events.linked(UserIdx(u));
    const auto new_links = after.events.linked(*moved);
    ASSERT_EQ(old_links.size(), new_links.size());
    for (std::size_t l = 0; l < old_links.size(); ++l) {
      EXPECT_EQ(before.users.external(old_links[l].user), after.users.external(new_links[l].user));
      EXPECT_EQ(old_links[l].since, new_links[l].since);
    }
  }
}

}  // namespace
}  // namespace vitrina
