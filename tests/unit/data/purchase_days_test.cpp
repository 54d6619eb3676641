#include "data/purchase_days.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "support/engine_kit.hpp"
#include "support/text_shop.hpp"

namespace vitrina {
namespace {

/// Day, first and last order.
using Row = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;

constexpr std::int64_t kFirstDay = test::kOpening / kUsPerDay;

std::vector<Row> rows(const UserHistory& history) {
  Arena arena;
  std::vector<Row> found;
  for (const auto& day : purchase_days(history, arena)) {
    found.emplace_back(day.day, day.first_event, day.last_event);
  }
  return found;
}

std::vector<Row> rows(const test::TextShop& shop, std::string_view user) {
  return rows(test::history_of(shop.shop.events, shop.user(user), shop.cut));
}

/// A history of these moments and actions that no log would let through.
std::vector<Row> rows_of(const std::vector<TimeUs>& times, const std::vector<Action>& actions) {
  UserHistory history;
  history.events.time = times;
  history.events.action = actions;
  return rows(history);
}

TEST(PurchaseDays, AreTheDaysWithAnOrderAndWhereTheirOrdersLie) {
  // four moments a day: two orders on the first, none on the second, two with a view between them
  // on the third, no order on the fourth
  const auto shop =
      test::text_shop("ann  vA oA . oB  . . . .  bA oC vC oC  . vA . dA", "", 6 * kUsPerHour);
  EXPECT_EQ(rows(shop, "ann"), (std::vector<Row>{{kFirstDay, 1, 2}, {kFirstDay + 2, 4, 6}}));
}

TEST(PurchaseDays, OneOrderIsTheFirstAndTheLastOfItsDay) {
  const auto shop = test::text_shop("ann vA . oA vB", "", kUsPerHour);
  EXPECT_EQ(rows(shop, "ann"), (std::vector<Row>{{kFirstDay, 1, 1}}));
}

TEST(PurchaseDays, ProductsOfOneOrderAreItsEvents) {
  const auto shop = test::text_shop("ann vA oABC vB", "", kUsPerHour);
  EXPECT_EQ(rows(shop, "ann"), (std::vector<Row>{{kFirstDay, 1, 3}}));
}

TEST(PurchaseDays, AnOrderWithoutAProductIsOneToo) {
  const auto shop = test::text_shop("ann vA o vB", "", kUsPerHour);
  EXPECT_EQ(rows(shop, "ann"), (std::vector<Row>{{kFirstDay, 1, 1}}));
}

TEST(PurchaseDays, MidnightParts) {
  // 23:00 and 00:00 are two days, though an hour apart
  const TimeUs midnight = test::kOpening + 5 * kUsPerDay;
  EXPECT_EQ(rows_of({midnight - kUsPerHour, midnight - 1, midnight, midnight + 1},
                    std::vector(4, Action::kOrder)),
            (std::vector<Row>{{kFirstDay + 4, 0, 1}, {kFirstDay + 5, 2, 3}}));
}

TEST(PurchaseDays, NothingAtOrAfterTheMomentIsSeen) {
  const auto shop = test::text_shop("ann oA oB | oC oA", "", 12 * kUsPerHour);
  EXPECT_EQ(rows(shop, "ann"), (std::vector<Row>{{kFirstDay, 0, 1}}));
}

TEST(PurchaseDays, NoneWithoutAnOrder) {
  const auto shop = test::text_shop(R"(
    ann  vA bA lA | oA
    bob  .  .  .  | oA
  )",
                                    "", kUsPerDay);
  EXPECT_TRUE(rows(shop, "ann").empty());
  EXPECT_TRUE(rows(shop, "bob").empty());
  EXPECT_TRUE(rows(UserHistory{}).empty());
}

TEST(PurchaseDays, DaysBefore1970AreDaysLikeOthers) {
  EXPECT_EQ(rows_of({-kUsPerDay - 1, -kUsPerDay, -3, -2, -1, 0, kUsPerDay - 1},
                    {Action::kOrder, Action::kOrder, Action::kView, Action::kOrder, Action::kView,
                     Action::kOrder, Action::kOrder}),
            (std::vector<Row>{{-2, 0, 0}, {-1, 1, 3}, {0, 5, 6}}));
}

TEST(PurchaseDays, AnotherCallLeavesTheFirstAnswerAlone) {
  // both live in one arena until it is reset
  const auto shop = test::text_shop(R"(
    ann  oA .  oB
    bob  .  oA .
  )",
                                    "", kUsPerDay);
  Arena arena;
  const auto ann = test::history_of(shop.shop.events, shop.user("ann"), shop.cut);
  const auto bob = test::history_of(shop.shop.events, shop.user("bob"), shop.cut);
  const auto of_ann = purchase_days(ann, arena);
  const auto of_bob = purchase_days(bob, arena);
  ASSERT_EQ(of_ann.size(), 2U);
  ASSERT_EQ(of_bob.size(), 1U);
  EXPECT_EQ(of_ann[0].day, kFirstDay);
  EXPECT_EQ(of_ann[1].day, kFirstDay + 2);
  EXPECT_EQ(of_bob[0].day, kFirstDay + 1);
}

TEST(DayOf, RoundsDownOnBothSidesOf1970) {
  EXPECT_EQ(day_of(0), 0);
  EXPECT_EQ(day_of(kUsPerDay - 1), 0);
  EXPECT_EQ(day_of(kUsPerDay), 1);
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(-kUsPerDay), -1);
  EXPECT_EQ(day_of(-kUsPerDay - 1), -2);
  EXPECT_EQ(day_of(test::kOpening), 19'786);
  EXPECT_EQ(day_of(*parse_time("1969-12-25T18:00")), -7);
}

TEST(FirstDayAhead, IsOfTheNearestMidnight) {
  EXPECT_EQ(first_day_ahead(kUsPerDay - 1), 1);
  EXPECT_EQ(first_day_ahead(kUsPerDay), 1);
  EXPECT_EQ(first_day_ahead(kUsPerDay + 12 * kUsPerHour - 1), 1);
  EXPECT_EQ(first_day_ahead(kUsPerDay + 12 * kUsPerHour), 2);
  EXPECT_EQ(first_day_ahead(-1), 0);
}

TEST(WeekdayOf, IsTheSameAWeekLaterOnBothSidesOf1970) {
  // 1970-01-01 was a Thursday, as were the days a week apart from it
  EXPECT_EQ(weekday_of(0), 0U);
  EXPECT_EQ(weekday_of(-7), 0U);
  EXPECT_EQ(weekday_of(-1), 6U);
  EXPECT_EQ(weekday_of(-6), 1U);
  EXPECT_EQ(weekday_of(-8), 6U);
  EXPECT_EQ(weekday_of(6), 6U);
  for (std::int64_t day = -30; day < 30; ++day) {
    EXPECT_LT(weekday_of(day), 7U);
    EXPECT_EQ(weekday_of(day), weekday_of(day + 7)) << day;
    EXPECT_EQ((weekday_of(day) + 1) % 7, weekday_of(day + 1)) << day;
    // the names of core/time.hpp begin with Monday
    EXPECT_EQ((weekday_of(day) + 3) % 7,
              static_cast<std::size_t>(weekday(day * kUsPerDay + kUsPerHour)))
        << day;
  }
}

}  // namespace
}  // namespace vitrina
