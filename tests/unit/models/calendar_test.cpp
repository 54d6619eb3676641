#include "models/calendar.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "support/scratch.hpp"
#include "support/text_shop.hpp"

namespace vitrina::models {
namespace {

/// Of doubles that are multiplied in another order.
constexpr double kTolerance = 1e-12;

constexpr std::int64_t kMonday = test::kOpening / kUsPerDay;

// by day % 7, as 1970 began on a Thursday
constexpr std::size_t kThursdays = 0;
constexpr std::size_t kSundays = 3;
constexpr std::size_t kMondays = 4;
constexpr std::size_t kTuesdays = 5;
constexpr std::size_t kWednesdays = 6;

/// A moment is a day, the first a Monday, the cut the second Tuesday. Ann waits 3 days and 3 days
/// and has stayed away for one whole day since, Bob waits 1 and has stayed away for 5; Cid never
/// bought.
constexpr auto kDrawing = R"(
  ann  oA  .   bB  oAB  .   .   oA  . | oB
  bob  .   oA  oB  .    vB  .   .   . | .
  cid  vA  .   .   .    .   bA  .   . | oA
)";

FitContext calendar_context(const test::TextShop& shop, TimeUs label_length = kUsPerDay) {
  return {shop.shop, shop.cut, label_length, 10, 5, 1};
}

Calendar fit(const test::TextShop& shop, TimeUs label_length = kUsPerDay) {
  return Calendar::fit(calendar_context(shop, label_length), {});
}

CalendarCounts map(const Shop& shop, TimeUs as_of) {
  return Calendar::map({shop, as_of, kUsPerDay, 10, 5, 1}, {});
}

std::uint64_t total(const auto& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void expect_same(const CalendarCounts& found, const CalendarCounts& expected) {
  EXPECT_EQ(found.weekday, expected.weekday);
  EXPECT_EQ(found.returns, expected.returns);
  EXPECT_EQ(found.waits, expected.waits);
  EXPECT_EQ(found.late_days, expected.late_days);
}

TEST(Calendar, CountsPurchaseDaysAndWaits) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  const auto counts = map(shop.shop, shop.cut);
  CalendarCounts expected;
  for (const auto day : {kMondays, kTuesdays, kWednesdays, kThursdays, kSundays}) {
    expected.weekday[day] = 1;
  }
  expected.returns[1] = 1;
  expected.returns[3] = 2;
  expected.waits[1] = 2;  // Bob's, and Ann's that is under way
  expected.waits[3] = 2;
  expected.waits[5] = 1;  // Bob's that is under way
  expect_same(counts, expected);
}

TEST(Calendar, OrdersOfOneDayAreOnePurchase) {
  const auto shop = test::text_shop("ann oA oB . .  oAB . oA .  . . . .", "", 6 * kUsPerHour);
  const auto counts = map(shop.shop, shop.cut);
  EXPECT_EQ(total(counts.weekday), 2U);
  EXPECT_EQ(total(counts.returns), 1U);
  EXPECT_EQ(counts.returns[1], 1U);
  EXPECT_EQ(counts.waits[1], 2U);  // the second is under way: the third day was whole and without
}

TEST(Calendar, TheDayOfTheCutIsNotOverYet) {
  // three moments of 8 hours a day; on the third day's morning nobody knows who still comes
  const auto shop = test::text_shop(R"(
    ann  oA . .  . . .  .
    bob  . . .   . . .  oA
  )",
                                    "", 8 * kUsPerHour);
  const auto counts = map(shop.shop, shop.cut);
  EXPECT_EQ(total(counts.weekday), 1U);
  EXPECT_EQ(total(counts.returns), 0U);
  EXPECT_EQ(total(counts.waits), 1U);
  EXPECT_EQ(counts.waits[1], 1U);  // Ann's
}

TEST(Calendar, TheEveningsLastEventAndTheMidnightAfterItSayTheSame) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  for (const TimeUs early : {TimeUs{1}, kUsPerHour, 12 * kUsPerHour}) {
    expect_same(map(shop.shop, shop.cut - early), map(shop.shop, shop.cut));
  }
}

TEST(Calendar, NothingAfterTheCutIsCounted) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  for (TimeUs cut = test::kOpening; cut <= shop.cut + 2 * kUsPerDay; cut += 12 * kUsPerHour) {
    SCOPED_TRACE(format_time(cut));
    auto past = shop.events;
    std::erase_if(past, [&](const test::Event& event) { return event.time >= cut; });
    if (past.empty()) {
      EXPECT_EQ(total(map(shop.shop, cut).weekday), 0U);
      EXPECT_EQ(total(map(shop.shop, cut).waits), 0U);
    } else {
      expect_same(map(shop.shop, cut), map(test::shop_of(past), cut));
    }
  }
  // the last orders are there once their day is over, to the nearest midnight
  EXPECT_EQ(total(map(shop.shop, shop.cut).weekday), 5U);
  EXPECT_EQ(total(map(shop.shop, shop.cut + 12 * kUsPerHour).weekday), 7U);
}

TEST(Calendar, ChanceToComeAgainIsTheProductOfStayingAway) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  // five waits: two of a day, two of 3 days, one of 5. A day's chance is (ended + 1) / (waits of at
  // least that length + 30)
  const auto one_day = fit(shop);
  EXPECT_NEAR(one_day.return_chance(0), 1.0 / 35, kTolerance);
  EXPECT_NEAR(one_day.return_chance(1), 2.0 / 35, kTolerance);
  EXPECT_NEAR(one_day.return_chance(2), 1.0 / 33, kTolerance);
  EXPECT_NEAR(one_day.return_chance(3), 3.0 / 33, kTolerance);
  EXPECT_NEAR(one_day.return_chance(4), 1.0 / 31, kTolerance);
  EXPECT_NEAR(one_day.return_chance(5), 1.0 / 31, kTolerance);
  EXPECT_NEAR(one_day.return_chance(6), 1.0 / 30, kTolerance);
  const auto three_days = fit(shop, 3 * kUsPerDay);
  EXPECT_NEAR(three_days.return_chance(2), 1 - (32.0 / 33) * (30.0 / 33) * (30.0 / 31), kTolerance);
  EXPECT_NEAR(three_days.return_chance(5), 1 - (30.0 / 31) * (29.0 / 30) * (29.0 / 30), kTolerance);
}

TEST(Calendar, DaysOfLongWaitsAreCountedTogether) {
  const std::vector<test::Event> events{
      {"ann", "A", test::kOpening, Action::kOrder, 0, ""},
      {"ann", "A", test::kOpening + 130 * kUsPerDay, Action::kOrder, 0, ""},
      {"bob", "A", test::kOpening, Action::kOrder, 0, ""},
      {"bob", "A", test::kOpening + 119 * kUsPerDay, Action::kOrder, 0, ""}};
  const auto shop = test::shop_of(events);
  const auto as_of = test::kOpening + 300 * kUsPerDay;
  const auto counts = map(shop, as_of);
  EXPECT_EQ(counts.returns[119], 1U);
  EXPECT_EQ(counts.returns[kLongestWait], 1U);
  EXPECT_EQ(counts.waits[kLongestWait], 3U);  // both have stayed away for more than 120 days
  // from the 120th day on: 11 of Ann's first wait, 50 and 61 of those under way
  EXPECT_EQ(counts.late_days, 122U);
  const auto model = Calendar::fit({shop, as_of, kUsPerDay, 10, 5, 1}, {});
  EXPECT_NEAR(model.return_chance(118), 1.0 / 34, kTolerance);
  EXPECT_NEAR(model.return_chance(119), 2.0 / 34, kTolerance);
  EXPECT_NEAR(model.return_chance(120), 2.0 / 152, kTolerance);
  EXPECT_NEAR(model.return_chance(5000), 2.0 / 152, kTolerance);
}

TEST(Calendar, WhoHasBeenAwayForLongIsNotExpectedWithEveryDay) {
  // a hundred customers who came once, ten of whom came again, 150 to 240 days later
  std::vector<test::Event> events;
  for (int u = 0; u < 100; ++u) {
    const auto user = "u" + std::to_string(u);
    events.push_back({user, "A", test::kOpening, Action::kOrder, 0, ""});
    if (u % 10 != 0) continue;
    const auto again = test::kOpening + (150 + u) * kUsPerDay;
    events.push_back({user, "A", again, Action::kOrder, 0, ""});
  }
  const auto shop = test::shop_of(events);
  const auto as_of = test::kOpening + 365 * kUsPerDay;
  const auto model = Calendar::fit({shop, as_of, 7 * kUsPerDay, 10, 5, 1}, {});
  // ten of some 23,000 days, seven of them
  EXPECT_GT(model.return_chance(200), 7 * 9.0 / 25'000);
  EXPECT_LT(model.return_chance(200), 7 * 12.0 / 20'000);
}

TEST(Calendar, WeekdaySharesOfAWeekAddUpToOne) {
  const auto model = fit(test::text_shop(kDrawing, "", kUsPerDay));
  double sum = 0;
  for (std::int64_t day = kMonday; day < kMonday + 7; ++day) sum += model.weekday_share(day);
  EXPECT_NEAR(sum, 1, kTolerance);
  // before 1970 and long after the log too
  for (const std::int64_t day : {-1000, -1, 0, 100'000}) {
    double other = 0;
    for (std::int64_t d = day; d < day + 7; ++d) other += model.weekday_share(d);
    EXPECT_NEAR(other, 1, kTolerance) << day;
  }
}

TEST(Calendar, WeekdayShareIsThatOfTheDaysOfTheWindow) {
  // five purchase days, and ten more for each weekday
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  const auto one_day = fit(shop);
  EXPECT_NEAR(one_day.weekday_share(kMonday), 11.0 / 75, kTolerance);
  EXPECT_NEAR(one_day.weekday_share(kMonday + 4), 10.0 / 75, kTolerance);
  EXPECT_NEAR(one_day.weekday_share(kMonday + 7), 11.0 / 75, kTolerance);
  EXPECT_NEAR(one_day.weekday_share(kMonday - 7), 11.0 / 75, kTolerance);
  const auto three_days = fit(shop, 3 * kUsPerDay);
  EXPECT_NEAR(three_days.weekday_share(kMonday), 33.0 / 75, kTolerance);
  EXPECT_NEAR(three_days.weekday_share(kMonday + 4), 30.0 / 75 + 1.0 / 75,
              kTolerance);  // to Sunday
  for (const int days : {7, 8, 30}) {
    EXPECT_NEAR(fit(shop, days * kUsPerDay).weekday_share(kMonday + 2), 1, kTolerance) << days;
  }
}

TEST(Calendar, TrafficIsThatOfTheWeekdaysOfAnInterval) {
  // eight days with five purchase days: one on the first of two Mondays, one each on the Tuesday,
  // Wednesday, Thursday and Sunday; one usual day is added to each weekday
  const auto model = fit(test::text_shop(kDrawing, "", kUsPerDay));
  const TimeUs monday = test::kOpening;
  const auto day = [&](int d) { return monday + d * kUsPerDay; };
  const double mean = 5.0 / 8;
  const double busy = (1 / mean + 1) / 2;
  EXPECT_NEAR(model.traffic(day(2), day(3)), busy, kTolerance);
  EXPECT_NEAR(model.traffic(day(9), day(10)), busy, kTolerance);
  EXPECT_NEAR(model.traffic(day(4), day(5)), 0.5, kTolerance);  // a Friday nobody came on
  EXPECT_NEAR(model.traffic(day(0), day(1)), (1 / mean + 1) / 3, kTolerance);  // of two Mondays
  EXPECT_NEAR(model.traffic(day(2), day(5)), (2 * busy + 0.5) / 3, kTolerance);
  // from noon to noon
  EXPECT_NEAR(model.traffic(day(3) + 12 * kUsPerHour, day(4) + 12 * kUsPerHour), (busy + 0.5) / 2,
              kTolerance);
  EXPECT_EQ(model.traffic(day(3), day(3)), 1.0);
}

TEST(Calendar, WithoutOrdersEveryDayIsUsual) {
  const auto model = fit(test::text_shop("ann vA . vA vB .", "", kUsPerDay));
  EXPECT_EQ(model.traffic(test::kOpening, test::kOpening + 3 * kUsPerDay), 1.0);
}

TEST(Calendar, WindowsAreWholeDaysAndAtLeastOne) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  EXPECT_EQ(fit(shop, kUsPerHour).window_days(), 1);
  EXPECT_EQ(fit(shop, 35 * kUsPerHour).window_days(), 1);
  EXPECT_EQ(fit(shop, 37 * kUsPerHour).window_days(), 2);
  EXPECT_EQ(fit(shop, 30 * kUsPerDay).window_days(), 30);
}

TEST(Calendar, KnowsWhereTheLogBeginsAndItsPrior) {
  const auto shop = test::text_shop("ann . . vA oA", "", kUsPerDay);
  const auto model = Calendar::fit(calendar_context(shop), {.prior_waits = 7.5});
  EXPECT_EQ(model.begin(), test::kOpening + 2 * kUsPerDay);
  EXPECT_EQ(model.prior_waits(), 7.5);
}

TEST(Calendar, TheEmptyPastLeavesThePriors) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  const auto model = Calendar::fit({shop.shop, test::kOpening, kUsPerDay, 10, 5, 1}, {});
  for (const std::int64_t days : {0, 3, 200}) {
    EXPECT_NEAR(model.return_chance(days), 1.0 / 30, kTolerance);
    EXPECT_NEAR(model.weekday_share(kMonday + days), 1.0 / 7, kTolerance);
  }
}

TEST(Calendar, HalvesOfTheCustomersMergeIntoTheWhole) {
  const auto shop = test::text_shop(kDrawing, "", kUsPerDay);
  const auto part = [&](auto&& is_in) {
    auto events = shop.events;
    std::erase_if(events, [&](const test::Event& event) { return !is_in(event.user); });
    return map(test::shop_of(events), shop.cut);
  };
  const auto ann = part([](std::string_view user) { return user == "ann"; });
  const auto others = part([](std::string_view user) { return user != "ann"; });
  EXPECT_EQ(total(ann.weekday), 3U);
  EXPECT_EQ(total(others.weekday), 2U);
  const auto whole = map(shop.shop, shop.cut);
  auto merged = ann;
  merged.merge(others);
  expect_same(merged, whole);
  auto other_way = others;
  other_way.merge(ann);
  other_way.merge(CalendarCounts{});
  expect_same(other_way, whole);
  const auto model = Calendar::finish(calendar_context(shop), {}, merged);
  EXPECT_EQ(model.return_chance(3), fit(shop).return_chance(3));
  EXPECT_EQ(model.weekday_share(kMonday), fit(shop).weekday_share(kMonday));
}

class CalendarArchive : public testing::Test {
 protected:
  ~CalendarArchive() override { std::filesystem::remove(path_); }

  Calendar written(const std::function<void(ArchiveWriter&)>& save) {
    ArchiveWriter out("calendar", 1);
    save(out);
    out.write(path_);
    return Calendar::load(ArchiveReader(path_, "calendar", 1), shop_.shop);
  }

  /// The blocks of an archive, one of them damaged.
  struct Blocks {
    std::vector<TimeUs> begin{test::kOpening};
    std::vector<std::int64_t> window_days{1};
    std::vector<double> prior_waits{2};
    std::vector<double> weekday_share = std::vector<double>(kWeekdays, 1.0 / kWeekdays);
    std::vector<double> weekday_traffic = std::vector<double>(kWeekdays, 1.0);
    std::vector<double> daily_chance = std::vector<double>(kLongestWait + 1, 0.1);
  };

  /// The code of the error, if there is one.
  std::optional<ErrorCode> error_of(const Blocks& blocks) {
    try {
      (void)written([&](ArchiveWriter& out) {
        out.put("calendar.begin", blocks.begin);
        out.put("calendar.window_days", blocks.window_days);
        out.put("calendar.prior_waits", blocks.prior_waits);
        out.put("calendar.weekday_share", blocks.weekday_share);
        out.put("calendar.weekday_traffic", blocks.weekday_traffic);
        out.put("calendar.daily_chance", blocks.daily_chance);
      });
    } catch (const Error& error) {
      return error.code();
    }
    return std::nullopt;
  }

  test::TextShop shop_ = test::text_shop(kDrawing, "", kUsPerDay);
  std::filesystem::path path_ = test::scratch("calendar_test.vtr");
};

TEST_F(CalendarArchive, GivesTheSameAnswers) {
  const auto model =
      Calendar::fit(calendar_context(shop_, 3 * kUsPerDay), CalendarConfig{.prior_waits = 4});
  const auto loaded = written([&](ArchiveWriter& out) { model.save(out); });
  EXPECT_EQ(loaded.begin(), model.begin());
  EXPECT_EQ(loaded.window_days(), 3);
  EXPECT_EQ(loaded.prior_waits(), 4);
  for (std::int64_t day = 0; day < 130; ++day) {
    EXPECT_EQ(loaded.return_chance(day), model.return_chance(day));
    EXPECT_EQ(loaded.weekday_share(kMonday + day), model.weekday_share(kMonday + day));
    EXPECT_EQ(loaded.traffic(day * kUsPerDay, (day + 2) * kUsPerDay),
              model.traffic(day * kUsPerDay, (day + 2) * kUsPerDay));
  }
}

TEST_F(CalendarArchive, BlocksOfAnotherLengthAreRefused) {
  EXPECT_EQ(error_of({}), std::nullopt);
  for (const std::size_t n : {0U, 6U, 8U}) {
    EXPECT_EQ(error_of({.weekday_share = std::vector<double>(n, 0.1)}),
              ErrorCode::kIncompatibleArtifact)
        << n;
  }
  for (const std::size_t n : {0U, 6U, 8U}) {
    EXPECT_EQ(error_of({.weekday_traffic = std::vector<double>(n, 1.0)}),
              ErrorCode::kIncompatibleArtifact)
        << n;
  }
  for (const std::size_t n : {std::size_t{0}, kLongestWait, kLongestWait + 2}) {
    EXPECT_EQ(error_of({.daily_chance = std::vector<double>(n, 0.1)}),
              ErrorCode::kIncompatibleArtifact)
        << n;
  }
  EXPECT_EQ(error_of({.begin = {}}), ErrorCode::kIncompatibleArtifact);
  EXPECT_EQ(error_of({.window_days = {1, 1}}), ErrorCode::kIncompatibleArtifact);
  EXPECT_EQ(error_of({.prior_waits = {}}), ErrorCode::kIncompatibleArtifact);
}

TEST_F(CalendarArchive, TrafficThatIsNoneIsRefused) {
  // others are divided by it
  for (const double none : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    std::vector<double> traffic(kWeekdays, 1.0);
    traffic[3] = none;
    EXPECT_EQ(error_of({.weekday_traffic = traffic}), ErrorCode::kIncompatibleArtifact) << none;
  }
}

TEST_F(CalendarArchive, WindowsThatAreNoneAreRefused) {
  // the answers go through the days of the window: a huge one would never end
  for (const std::int64_t days : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{366},
                                  std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(error_of({.window_days = {days}}), ErrorCode::kIncompatibleArtifact) << days;
  }
  EXPECT_EQ(error_of({.window_days = {365}}), std::nullopt);
}

}  // namespace
}  // namespace vitrina::models
