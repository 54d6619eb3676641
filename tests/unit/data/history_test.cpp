#include "data/user_history.hpp"

#include <gtest/gtest.h>

#include "data/event_rows.hpp"
#include "data/purchases.hpp"
#include "support/engine_kit.hpp"
#include "support/text_shop.hpp"

namespace vitrina {
namespace {

constexpr TimeUs kMinute = 60 * kUsPerSecond;

UserHistory history_of(const test::TextShop& shop, std::string_view user) {
  return test::history_of(shop.shop.events, shop.user(user), shop.cut);
}

TEST(UserHistory, VisitsEndAfterHalfAnHourOfSilence) {
  // moments are 15 minutes: a gap of exactly 30 minutes is still the same visit
  const auto shop = test::text_shop(R"(
    ann  vA .  vB .  .  vA vC | vD
    bob  .  .  .  .  .  .  .  | vA
  )",
                                    "", 15 * kMinute);
  const auto ann = history_of(shop, "ann");
  EXPECT_EQ(ann.n_visits, 2U);
  EXPECT_EQ(ann.visit_of, (std::vector<std::uint32_t>{0, 0, 1, 1}));
  EXPECT_EQ(ann.find(shop.item("A"))->n_visits, 2U);
  EXPECT_EQ(ann.find(shop.item("C"))->n_visits, 1U);
  const auto bob = history_of(shop, "bob");
  EXPECT_EQ(bob.n_visits, 0U);
  EXPECT_TRUE(bob.touches.empty());
}

TEST(UserHistory, TheCutIsTheFirstMomentThatIsNotSeen) {
  const auto shop = test::text_shop("ann vA | vB");
  EXPECT_EQ(test::history_of(shop.shop.events, shop.user("ann"), shop.cut).events.size(), 1U);
  EXPECT_EQ(test::history_of(shop.shop.events, shop.user("ann"), shop.cut + 1).events.size(), 2U);
  EXPECT_EQ(history_of(shop, "ann").find(shop.item("B")), nullptr);
}

TEST(UserHistory, NoMoreThanTheNewestEventsCount) {
  EventLog log;
  const auto n = kMostEvents + 10;
  for (std::size_t e = 0; e < n; ++e) {
    log.time.push_back(static_cast<TimeUs>(e));
    log.item.emplace_back(e % 7);
    log.action.push_back(Action::kView);
    log.page.push_back(static_cast<std::uint32_t>(e));
    log.device.push_back(0);
  }
  log.offsets.push_back(n);
  EventColumns merged;
  const auto events = events_before(log, UserIdx(0), static_cast<TimeUs>(n - 3), merged);
  EXPECT_EQ(events.size(), kMostEvents);
  EXPECT_EQ(events.time.front(), 7);
  EXPECT_EQ(events.page.back(), n - 4);
  EXPECT_EQ(events_before(log, UserIdx(0), 5, merged).size(), 5U);
}

TEST(UserHistory, DaysAreCountedByTheCalendar) {
  const auto shop = test::text_shop("ann vA vA . . . vA .", "", 6 * kUsPerHour);
  const auto history = history_of(shop, "ann");
  const auto& touch = *history.find(shop.item("A"));
  EXPECT_EQ(touch.n_events, 3U);
  EXPECT_EQ(touch.n_days, 2U);
  EXPECT_EQ(touch.first_time, test::kOpening);
  EXPECT_EQ(touch.last_time, test::kOpening + 30 * kUsPerHour);
}

TEST(UserHistory, SumsHalveEveryHalfLife) {
  const auto shop = test::text_shop("ann vA . vA . ", "", kUsPerDay);
  const auto history = history_of(shop, "ann");
  const auto& sums = history.sums.at(0).at(product_action_slot(Action::kView));
  ASSERT_EQ(kHalfLivesDays[2], 1.0);
  EXPECT_EQ(sums[2], 1.0F / 16 + 1.0F / 4);  // four days and two days ago
}

TEST(UserHistory, ABasketPageThatListsNothingSaysNothing) {
  const auto shop = test::text_shop(R"(
    ann  bA  bB  p
    bob  bA  bB  pC
  )");
  EXPECT_TRUE(history_of(shop, "ann").find(shop.item("A"))->in_basket);
  EXPECT_FALSE(history_of(shop, "bob").find(shop.item("A"))->in_basket);
  EXPECT_TRUE(history_of(shop, "bob").find(shop.item("C"))->in_basket);
}

TEST(UserHistory, ASearchNamesAProductWithoutTouchingIt) {
  const auto shop = test::text_shop("ann sA vB");
  const auto history = history_of(shop, "ann");
  const auto* touch = history.find(shop.item("A"));
  ASSERT_NE(touch, nullptr);
  EXPECT_EQ(touch->n_events, 0U);
  EXPECT_EQ(touch->last_time, kNoTime);
  const auto recent = history.newest(9);
  ASSERT_EQ(recent.size(), 1U);
  EXPECT_EQ(history.touches[recent[0]].item, shop.item("B"));
}

TEST(UserHistory, RecentTouchesAreTheNewestFirst) {
  const auto shop = test::text_shop("ann vA vB vCvD vA .");
  const auto history = history_of(shop, "ann");
  std::string letters;
  for (const auto t : history.newest(3)) {
    letters += shop.shop.items.external(history.touches[t].item);
  }
  EXPECT_EQ(letters, "ACD");  // of one moment the smaller id
  EXPECT_EQ(history.newest(0).size(), 0U);
  EXPECT_EQ(history.newest(99).size(), 4U);
}

TEST(EventLog, SpansAreCutByBinarySearch) {
  const auto shop = test::text_shop("ann vA vB vC vD");
  const auto user = shop.user("ann");
  const auto& events = shop.shop.events;
  const auto at = [](int hour) { return test::kOpening + hour * kUsPerHour; };
  EXPECT_EQ(events.of(user).size(), 4U);
  EXPECT_EQ(events.before(user, at(0)).size(), 0U);
  EXPECT_EQ(events.before(user, at(2)).size(), 2U);
  EXPECT_EQ(events.before(user, at(2) + 1).size(), 3U);
  EXPECT_EQ(events.between(user, at(1), at(3)).size(), 2U);
  EXPECT_EQ(events.between(user, at(3), at(1)).size(), 0U);
  EXPECT_EQ(events.between(user, at(-5), at(50)).size(), 4U);
  EXPECT_EQ(events.before(user, at(50)).first(1).item[0], shop.item("A"));
}

TEST(Purchases, CountOrdersWithAProductOnce) {
  const auto shop = test::text_shop(R"(
    ann  oA | oAB oB  .
    bob  .  | bA  .   .
    cat  .  | o   .   .
    dan  .  | .   .   oC
  )");
  const auto bought = purchases_between(shop.shop.events, shop.cut, shop.cut + 2 * kUsPerHour);
  ASSERT_EQ(bought.n_buyers(), 1U);
  EXPECT_EQ(bought.buyers[0], shop.user("ann"));
  EXPECT_EQ(bought.n_pairs(), 2U);
  EXPECT_TRUE(bought.of(shop.user("dan")).empty());
  const auto all = purchases_between(shop.shop.events, shop.shop.begin, shop.shop.end);
  EXPECT_EQ(all.n_buyers(), 2U);
  EXPECT_EQ(all.of(shop.user("ann")).size(), 2U);
  EXPECT_EQ(all.of(shop.user("dan"))[0], shop.item("C"));
}

}  // namespace
}  // namespace vitrina
