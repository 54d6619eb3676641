#include "data/build.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "data/catalog_build.hpp"
#include "data/title_vectors.hpp"
#include "support/random_shop.hpp"

namespace vitrina {
namespace {

/// `rows` moments spread over each day given (counted from the opening).
std::vector<TimeUs> rows_on(const std::vector<int>& days, int rows) {
  std::vector<TimeUs> times;
  for (const int day : days) {
    for (int r = 0; r < rows; ++r) {
      times.push_back(test::kOpening + day * kUsPerDay + r * (kUsPerDay / rows));
    }
  }
  return times;
}

std::vector<TimeUs> with(std::vector<TimeUs> times, int day, int rows = 1) {
  const auto more = rows_on({day}, rows);
  times.insert(times.end(), more.begin(), more.end());
  return times;
}

/// First and last plausible day, counted from the opening.
std::pair<int, int> days_of(const std::vector<TimeUs>& times) {
  const auto range = plausible_range(times);
  EXPECT_EQ((range.last + 1) % kUsPerDay, 0);
  return {static_cast<int>((range.first - test::kOpening) / kUsPerDay),
          static_cast<int>((range.last + 1 - test::kOpening) / kUsPerDay) - 1};
}

const std::vector<int> kTenDays{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(PlausibleRange, IsTheLogWhenNothingStandsApart) {
  EXPECT_EQ(days_of(rows_on(kTenDays, 50)), std::pair(0, 9));
  EXPECT_EQ(days_of(rows_on({4}, 1)), std::pair(4, 4));
}

TEST(PlausibleRange, AFewRowsBehindTwoEmptyDaysAreStray) {
  const auto body = rows_on(kTenDays, 50);
  EXPECT_EQ(days_of(with(body, 12)), std::pair(0, 9));  // days 10 and 11 are empty
  EXPECT_EQ(days_of(with(body, -3)), std::pair(0, 9));
  EXPECT_EQ(days_of(with(body, 11)), std::pair(0, 11));      // one empty day is a day off
  EXPECT_EQ(days_of(with(body, 12, 10)), std::pair(0, 12));  // 2% of the rows are part of the log
}

TEST(PlausibleRange, TheWiderTheGapTheMoreRowsMayBeStray) {
  const auto body = rows_on(kTenDays, 50);
  EXPECT_EQ(days_of(with(body, 39, 40)), std::pair(0, 39));  // 29 empty days: 7% stay
  EXPECT_EQ(days_of(with(body, 40, 40)), std::pair(0, 9));   // 30 empty days: they go
  EXPECT_EQ(days_of(with(body, -300, 100)), std::pair(-300, 9));
  EXPECT_EQ(days_of(with(body, -400, 100)), std::pair(0, 9));  // 17% a year away go
}

std::vector<int> day_numbers(int n) {
  std::vector<int> days(static_cast<std::size_t>(n));
  std::iota(days.begin(), days.end(), 0);
  return days;
}

TEST(PlausibleRange, TheNewestEndIsLeftWhereItIsTheShopAfterAPause) {
  const auto body = rows_on(day_numbers(730), 30);
  auto after = body;
  for (const int day : {732, 733, 734}) after = with(after, day, 30);
  EXPECT_EQ(days_of(after), std::pair(0, 734)) << "days 730 and 731 are an outage";
  EXPECT_EQ(days_of(with(after, 3000)), std::pair(0, 734)) << "a stray date behind changes nothing";
  EXPECT_EQ(days_of(with(body, 732, 3)), std::pair(0, 732)) << "a tenth of a day's rows";
  EXPECT_EQ(days_of(with(body, 732, 2)), std::pair(0, 729)) << "less is stray";
  EXPECT_EQ(days_of(with(body, -3, 30)), std::pair(0, 729)) << "the oldest end has one rule";
  EXPECT_EQ(days_of(with(with(body, 732), 9000, 50)), std::pair(0, 729))
      << "what is years off shows nothing of the days after the pause";
  const auto quiet = rows_on(day_numbers(730), 4);
  EXPECT_EQ(days_of(with(quiet, 732)), std::pair(0, 729)) << "one row is stray in any shop";
}

TEST(PlausibleRange, AfterALongPauseMoreDaysMustShowThatTheShopGoesOn) {
  auto times = rows_on(day_numbers(730), 30);
  for (const int day : {770, 771}) times = with(times, day, 30);
  EXPECT_EQ(days_of(times), std::pair(0, 729));
  EXPECT_EQ(days_of(with(times, 772, 30)), std::pair(0, 772));
  times = rows_on(day_numbers(730), 30);
  for (int day = 1100; day < 1200; ++day) times = with(times, day, 30);
  EXPECT_EQ(days_of(times), std::pair(0, 729)) << "a wrong year looks like a sound one";
}

TEST(PlausibleRange, EndsAreCutAgainAndAgain) {
  auto times = rows_on(kTenDays, 100);
  for (const int day : {20, 400, 4000}) times = with(times, day);
  for (const int day : {-9, -500}) times = with(times, day);
  EXPECT_EQ(days_of(times), std::pair(0, 9));
}

TEST(PlausibleRange, OtherCenturiesAreNeverPlausible) {
  const std::vector<TimeUs> times{0, -kUsPerDay, 5'000'000'000 * kUsPerSecond};
  const auto range = plausible_range(times);
  EXPECT_GT(range.first, range.last);
  EXPECT_EQ(days_of(with(times, 3)), std::pair(3, 3));
  EXPECT_GT(plausible_range({}).first, plausible_range({}).last);
}

TEST(BuildShop, DropsAndCountsWhatIsImplausible) {
  std::vector<test::Event> events;
  for (const auto time : with(rows_on(kTenDays, 50), 3000)) {
    events.push_back({"u", "p", time, Action::kView, 0, ""});
  }
  events.back().user = "stranger";
  events.back().item = "strange product";
  auto raw = test::raw_log(events);
  drop_implausible(raw, plausible_range(raw.time));
  const auto shop = build_shop(raw, nullptr, 1);
  EXPECT_EQ(raw.counts.count(BadRow::kImplausibleDate), 1U);
  EXPECT_EQ(shop.users.size(), 1U);
  EXPECT_EQ(shop.items.size(), 1U);
  EXPECT_EQ(shop.events.n_events(), 500U);
}

TEST(BuildShop, ALogOfDaysEndsWhenItsLastDayDoes) {
  const auto end_of = [](const std::vector<TimeUs>& times) {
    std::vector<test::Event> events;
    for (const auto time : times) events.push_back({"u", "p", time, Action::kView, 0, ""});
    auto raw = test::raw_log(events);
    return build_shop(raw, nullptr, 1).end;
  };
  const TimeUs noon = test::kOpening + 12 * kUsPerHour;
  const TimeUs day_after = test::kOpening + 4 * kUsPerDay;
  EXPECT_EQ(end_of({noon, noon + kUsPerDay, noon + 3 * kUsPerDay}), day_after);
  EXPECT_EQ(end_of({test::kOpening, test::kOpening + 3 * kUsPerDay}), day_after);
  EXPECT_EQ(end_of({noon, noon + 1, noon + 3 * kUsPerDay}), noon + 3 * kUsPerDay + 1);
  EXPECT_EQ(end_of({noon, noon}), noon + 1) << "of one moment alone nobody knows";
}

TEST(DropImplausible, SaysWhichRowsAreNewerThanTheLog) {
  std::vector<test::Event> events;
  for (const auto time : with(with(with(rows_on(kTenDays, 50), 12), 3000), -3000)) {
    events.push_back({"u", "p", time, Action::kView, 0, ""});
  }
  auto raw = test::raw_log(events);
  drop_implausible(raw, plausible_range(raw.time));
  EXPECT_EQ(raw.counts.count(BadRow::kImplausibleDate), 3U);
  EXPECT_EQ(raw.counts.newer.rows, 2U);
  EXPECT_EQ(raw.counts.newer.first, test::kOpening + 12 * kUsPerDay);
  EXPECT_EQ(raw.counts.newer.last, test::kOpening + 3000 * kUsPerDay);

  auto sound =
      test::raw_log(std::vector<test::Event>{{"u", "p", test::kOpening, Action::kView, 0, ""}});
  drop_implausible(sound, plausible_range(sound.time));
  EXPECT_EQ(sound.counts.newer.rows, 0U);
}

TEST(BuildShop, ALogWithoutAUsableEventIsBadData) {
  for (const auto& events : {std::vector<test::Event>{},
                             std::vector<test::Event>{{"u", "p", 0, Action::kView, 0, ""}}}) {
    auto raw = test::raw_log(events);
    try {
      (void)build_shop(raw, nullptr, 1);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadData);
    }
  }
}

TEST(BuildShop, ProductsOfTheCatalogGetAPlaceAndJunkDoesNot) {
  const std::vector<test::Event> events{{"u", "m", test::kOpening, Action::kView, 0, ""}};
  const std::vector<test::Product> products{{"z", "c", 1, ""},
                                            {"a", "c", 1, ""},
                                            {"", "c", 1, ""},
                                            {"/*", "c", 1, ""},
                                            {"m", "c", 1, ""}};
  const auto shop = test::shop_of(events, products);
  ASSERT_EQ(shop.items.size(), 3U);
  EXPECT_EQ(shop.items.text(0), "a");
  EXPECT_EQ(shop.items.text(1), "m");
  EXPECT_EQ(shop.items.text(2), "z");
  EXPECT_EQ(shop.catalog.n_items(), 3U);
  EXPECT_EQ(shop.catalog.vector_dim, 0U);
}

Shop shop_with_titles(const std::vector<std::string>& titles) {
  std::vector<test::Product> products;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    products.push_back({std::string(1, static_cast<char>('a' + i)), "c", 1, titles[i]});
  }
  return test::shop_of(std::vector<test::Event>{{"u", "a", test::kOpening, Action::kView, 0, ""},
                                                {"u", "zz", test::kOpening, Action::kView, 0, ""}},
                       products);
}

float cosine(const Shop& shop, std::string_view a, std::string_view b) {
  const auto x = shop.catalog.vector(test::item_of(shop, a));
  const auto y = shop.catalog.vector(test::item_of(shop, b));
  float sum = 0;
  for (std::size_t d = 0; d < x.size(); ++d) sum += x[d] * y[d];
  return sum;
}

TEST(TitleVectors, AreUnitLongAndNearWhereWordsAreShared) {
  const auto shop = shop_with_titles({"1 2 3", "3 2 1 1", "1 2 4", "5 6 7", "", "8 9"});
  ASSERT_EQ(shop.catalog.vector_dim, kTitleVectorDim);
  EXPECT_NEAR(cosine(shop, "a", "a"), 1.0F, 1e-5);
  EXPECT_NEAR(cosine(shop, "a", "b"), 1.0F, 1e-5);  // the same words
  EXPECT_GT(cosine(shop, "a", "c"), cosine(shop, "a", "d"));
  EXPECT_EQ(cosine(shop, "e", "e"), 0.0F);    // no title
  EXPECT_EQ(cosine(shop, "zz", "zz"), 0.0F);  // not in the catalog
}

TEST(TitleVectors, DoNotDependOnProductsOfTheLogAlone) {
  const std::vector<test::Product> products{{"a", "c", 1, "1 2"}, {"b", "c", 1, "1 3"}};
  const auto shop_after = [&](const std::vector<std::string>& items) {
    std::vector<test::Event> events;
    for (const auto& item : items)
      events.push_back({"u", item, test::kOpening, Action::kView, 0, ""});
    return test::shop_of(events, products);
  };
  const auto few = shop_after({"a"});
  const auto many = shop_after({"a", "x1", "x2", "x3"});
  EXPECT_EQ(cosine(few, "a", "b"), cosine(many, "a", "b"));
  const auto x = few.catalog.vector(test::item_of(few, "b"));
  const auto y = many.catalog.vector(test::item_of(many, "b"));
  EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end()));
}

TEST(TitleVectors, TheShopsOwnAreUsedWhereThereAreAny) {
  auto raw =
      test::raw_log(std::vector<test::Event>{{"u", "a", test::kOpening, Action::kView, 0, ""}});
  auto catalog =
      test::raw_catalog(std::vector<test::Product>{{"a", "", 1, "1 2"}, {"b", "", 1, "3"}});
  catalog.vector_product = {"b", "nobody", "a"};
  catalog.vector_of = {1, 0, 99};  // the last is out of range
  catalog.vectors = {9, 9, 3, 4};
  catalog.dim = 2;
  const auto shop = build_shop(raw, &catalog, 1);
  EXPECT_EQ(shop.catalog.vector_dim, 2U);
  const auto b = shop.catalog.vector(test::item_of(shop, "b"));
  EXPECT_FLOAT_EQ(b[0], 0.6F);
  EXPECT_FLOAT_EQ(b[1], 0.8F);
  EXPECT_EQ(cosine(shop, "a", "a"), 0.0F);
}

TEST(DropBefore, LeavesTheShopOfALogThatBeginsThere) {
  const auto events = test::random_events({.seed = 9});
  const auto products = test::random_catalog({.seed = 9});
  const TimeUs since = test::kOpening + 5 * kUsPerDay;
  std::vector<test::Event> later;
  for (const auto& event : events) {
    if (event.time >= since) later.push_back(event);
  }
  const auto expected = test::shop_of(later, products);

  auto raw = test::raw_log(events);
  const auto catalog = test::raw_catalog(products);
  drop_before(raw, since);
  EXPECT_EQ(raw.counts.events_before_since, events.size() - later.size());
  const auto shop = build_shop(raw, &catalog, 1);
  EXPECT_EQ(shop.begin, expected.begin);
  EXPECT_EQ(shop.end, expected.end);
  ASSERT_EQ(shop.users.size(), expected.users.size());
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    EXPECT_EQ(shop.users.external(UserIdx(u)), expected.users.external(UserIdx(u)));
  }
  ASSERT_EQ(shop.items.size(), expected.items.size());
  EXPECT_EQ(shop.events.offsets, expected.events.offsets);
  EXPECT_EQ(shop.events.time, expected.events.time);
  EXPECT_EQ(shop.events.item, expected.events.item);
  EXPECT_EQ(shop.events.action, expected.events.action);
  EXPECT_EQ(shop.catalog.category, expected.catalog.category);
}

TEST(DropBefore, ALogThatEndsBeforeIsNoShop) {
  auto raw = test::raw_log(test::random_events({.seed = 9}));
  drop_before(raw, test::kOpening + 1000 * kUsPerDay);
  try {
    build_shop(raw, nullptr, 1);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadData);
    EXPECT_NE(std::string_view(error.what()).find("--since"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace vitrina
