#include "ranking/usual_sales.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/random_shop.hpp"

namespace vitrina::ranking {
namespace {

constexpr TimeUs kWindow = kUsPerDay;
constexpr int kBuyers = 100;
constexpr int kBestSeller = 10;

test::Event order(const std::string& user, TimeUs time, const std::string& item) {
  test::Event event;
  event.user = user;
  event.time = time;
  event.action = Action::kOrder;
  event.item = item;
  return event;
}

/// A hundred buyers a day, each with a product of their own; so many of them take the product
/// «hit», window by window from the oldest on, and ten another one, the best seller as there always
/// is one.
Shop shop_with(const std::vector<int>& taken) {
  std::vector<test::Event> events;
  for (std::size_t w = 0; w < taken.size(); ++w) {
    const TimeUs time = test::kOpening + static_cast<TimeUs>(w) * kWindow + kUsPerHour;
    const auto best = "best" + std::to_string(w);
    for (int u = 0; u < kBuyers; ++u) {
      const auto user = "u" + std::to_string(u);
      events.push_back(order(user, time, "own" + user));
      if (u < taken[w]) events.push_back(order(user, time, "hit"));
      if (u < kBestSeller) events.push_back(order(user, time, best));
    }
  }
  return test::shop_of(events, {});
}

/// The weight of «hit» in the newest window.
float newest_weight(const std::vector<int>& taken) {
  const auto shop = shop_with(taken);
  const TimeUs begin = test::kOpening;
  const TimeUs end = begin + static_cast<TimeUs>(taken.size()) * kWindow;
  const UsualSales usual(shop.events, begin, end, kWindow);
  const auto bought = purchases_between(shop.events, end - kWindow, end);
  return usual.weights(bought, end - kWindow).of(*shop.items.find("hit"));
}

TEST(UsualSales, WhatSellsAsAlwaysCountsWhole) {
  EXPECT_EQ(newest_weight({40, 40, 40, 40, 40, 40}), 1);
  EXPECT_EQ(newest_weight({20, 20, 20, 20, 20, 40}), 1) << "twice the usual is no shock";
  EXPECT_EQ(newest_weight({0, 0, 0, 0, 0, 20}), 1) << "nor is twice what best sellers have";
}

TEST(UsualSales, APromotionCountsAsTwiceTheUsual) {
  EXPECT_FLOAT_EQ(newest_weight({15, 15, 15, 15, 15, 50}), 30.0F / 50);
  EXPECT_FLOAT_EQ(newest_weight({0, 0, 0, 0, 0, 60}), 20.0F / 60);
}

TEST(UsualSales, OneOddWindowBeforeDoesNotMakeItUsual) {
  EXPECT_FLOAT_EQ(newest_weight({10, 10, 10, 10, 90, 50}), 20.0F / 50);
}

TEST(UsualSales, ALogOfFewWindowsKnowsNothingUnusual) {
  EXPECT_EQ(newest_weight({0, 0, 60}), 1);
  EXPECT_LT(newest_weight({0, 0, 0, 60}), 1);
}

TEST(UsualSales, WindowsWithoutBuyersTellNothing) {
  const TimeUs end = test::kOpening + 9 * kWindow;
  const auto weight = [&](int newest) {
    // orders every third day; the rest of the windows is empty
    std::vector<test::Event> events;
    const std::vector<int> taken{10, 10, 10, newest};
    for (std::size_t w = 0; w < taken.size(); ++w) {
      for (int u = 0; u < kBuyers; ++u) {
        const auto user = "u" + std::to_string(u);
        const TimeUs time = end - static_cast<TimeUs>(3 * (taken.size() - w - 1) + 1) * kWindow;
        events.push_back(order(user, time, "own" + user));
        if (u < taken[w]) events.push_back(order(user, time, "hit"));
      }
    }
    const auto shop = test::shop_of(events, {});
    const UsualSales usual(shop.events, end - 10 * kWindow, end, kWindow);
    const auto bought = purchases_between(shop.events, end - kWindow, end);
    return usual.weights(bought, end - kWindow).of(*shop.items.find("hit"));
  };
  EXPECT_EQ(weight(20), 1);
  EXPECT_FLOAT_EQ(weight(80), 20.0F / 80);
}

TEST(UsualSales, WhatComesAfterTheCutChangesNothing) {
  const TimeUs cut = test::kOpening + 4 * kWindow;
  const TimeUs end = cut + 2 * kWindow;
  const auto weight = [&](const std::vector<int>& taken) {
    const auto shop = shop_with(taken);
    const UsualSales usual(shop.events, test::kOpening, end, kWindow);
    const auto bought = purchases_between(shop.events, cut, cut + kWindow);
    return usual.weights(bought, cut).of(*shop.items.find("hit"));
  };
  EXPECT_LT(weight({10, 10, 10, 10, 50, 0}), 1);
  EXPECT_EQ(weight({10, 10, 10, 10, 50, 0}), weight({10, 10, 10, 10, 50, 100}));
}

TEST(UsualSales, ABuyerCountsAsTheMostUsualOfTheBasket) {
  const SaleWeights weights({{ItemIdx(3), 0.5F}, {ItemIdx(7), 0.25F}});
  EXPECT_EQ(weights.of(ItemIdx(7)), 0.25F);
  EXPECT_EQ(weights.of(ItemIdx(4)), 1);
  EXPECT_EQ(weights.of_buyer(std::vector{ItemIdx(3), ItemIdx(7)}), 0.5F);
  EXPECT_EQ(weights.of_buyer(std::vector{ItemIdx(3), ItemIdx(8)}), 1);
  EXPECT_EQ(SaleWeights().of_buyer(std::vector{ItemIdx(3)}), 1);
}

}  // namespace
}  // namespace vitrina::ranking
