#include "pipeline/visit_moments.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "data/user_history.hpp"
#include "support/random_shop.hpp"
#include "support/text_shop.hpp"

namespace vitrina::pipeline {
namespace {

constexpr TimeUs kMinute = 60 * kUsPerSecond;

/// «ann 3m BC»: who, minutes after opening, what was wanted.
std::vector<std::string> told(const test::TextShop& shop, const std::vector<VisitMoment>& moments) {
  std::vector<std::string> lines;
  for (const auto& moment : moments) {
    std::string line(shop.shop.users.external(moment.user));
    line += " " + std::to_string((moment.as_of - test::kOpening) / kMinute) + "m ";
    for (const auto item : moment.wanted) line += shop.shop.items.external(item);
    lines.push_back(line);
  }
  return lines;
}

constexpr std::size_t kAll = 1000;

TEST(VisitMoments, AreSecondsOfAVisitInWhichSomethingWasWanted) {
  const auto shop = test::text_shop(R"(
    ann  bA  vB  bCoB  vD  .   oD  |
    bob  oA  .   .     vA  lB  vA  |
    cat  vA  bAvC .    dA  oC  .   |
  )",
                                    "", kMinute);
  const auto all = visit_moments(shop.shop, test::kOpening, shop.cut, kAll, 1);
  // ann's first addition has nothing before it; views, likes and removals are not wanted
  EXPECT_EQ(told(shop, all),
            (std::vector<std::string>{"ann 2m BC", "ann 5m D", "cat 1m A", "cat 4m C"}));
}

TEST(VisitMoments, BeginAtFromAndEndBeforeTo) {
  const auto shop = test::text_shop("ann vA bA bB bC bD |", "", kMinute);
  const auto some =
      visit_moments(shop.shop, test::kOpening + 2 * kMinute, test::kOpening + 4 * kMinute, kAll, 1);
  EXPECT_EQ(told(shop, some), (std::vector<std::string>{"ann 2m B", "ann 3m C"}));
}

TEST(VisitMoments, AnotherVisitBeginsWithoutOne) {
  const auto shop = test::text_shop("ann vA bA bB |", "", kVisitGap + kUsPerSecond);
  EXPECT_TRUE(visit_moments(shop.shop, test::kOpening, shop.cut, kAll, 1).empty());
  const auto near = test::text_shop("ann vA bA bB |", "", kVisitGap);
  EXPECT_EQ(visit_moments(near.shop, test::kOpening, near.cut, kAll, 1).size(), 2U);
}

TEST(VisitMoments, AreFewOfALongHistory) {
  // a minute apart, each in a visit that goes on for days
  const auto moments_of = [](int n_events) {
    std::vector<test::Event> events;
    for (int e = 0; e < n_events; ++e) {
      const auto time = test::kOpening + e * kMinute;
      events.push_back({"guest", e % 2 == 0 ? "A" : "B", time, Action::kBasketAdd, 0, ""});
    }
    const auto shop = test::shop_of(events);
    return visit_moments(shop, shop.begin, shop.end + 1, 100'000, 1).size();
  };
  EXPECT_EQ(moments_of(200), 199U) << "all of them";
  EXPECT_EQ(moments_of(1000), 100U) << "100,000 events are read for them";
}

TEST(VisitMoments, ALimitDrawsByTheHashAndTheSeed) {
  const test::RandomShop config{.seed = 3, .n_events = 4000, .days = 2};
  const auto shop = test::shop_of(test::random_events(config), test::random_catalog(config));
  const auto key = [](const VisitMoment& moment) {
    return std::tuple(moment.user.value, moment.as_of);
  };
  const auto drawn = [&](std::size_t limit, std::uint64_t seed) {
    std::vector<std::tuple<std::uint32_t, TimeUs>> keys;
    for (const auto& moment : visit_moments(shop, shop.begin, shop.end, limit, seed)) {
      EXPECT_FALSE(moment.wanted.empty());
      keys.push_back(key(moment));
    }
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
    return keys;
  };
  const auto all = drawn(100'000, 1);
  ASSERT_GT(all.size(), 100U);
  const auto some = drawn(50, 1);
  EXPECT_EQ(some.size(), 50U);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), some.begin(), some.end()));
  EXPECT_EQ(drawn(50, 1), some);
  EXPECT_NE(drawn(50, 2), some);
}

TEST(VisitMoments, WhatComesLaterChangesNothing) {
  const test::RandomShop config{.seed = 4, .n_events = 3000, .days = 4};
  auto events = test::random_events(config);
  const TimeUs to = test::kOpening + 2 * kUsPerDay;
  const auto whole = test::shop_of(events, test::random_catalog(config));
  std::erase_if(events, [&](const test::Event& event) { return event.time >= to; });
  const auto cut = test::shop_of(events, test::random_catalog(config));
  const auto all_lines = [&](const Shop& shop) {
    std::vector<std::string> lines;
    for (const auto& moment : visit_moments(shop, test::kOpening, to, 40, 1)) {
      std::string line(shop.users.external(moment.user));
      line += " " + std::to_string(moment.as_of);
      for (const auto item : moment.wanted) line += " " + std::string(shop.items.external(item));
      lines.push_back(line);
    }
    return lines;
  };
  EXPECT_EQ(all_lines(whole), all_lines(cut));
  EXPECT_EQ(all_lines(cut).size(), 40U);
}

}  // namespace
}  // namespace vitrina::pipeline
