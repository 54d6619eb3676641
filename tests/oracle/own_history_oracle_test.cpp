#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/purchases.hpp"
#include "data/user_history.hpp"
#include "models/own_history.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

// What a user's history says of a product, by looking at all events of the log again for every
// single number.

namespace vitrina {
namespace {

/// Sums are taken in floats there and in doubles here.
constexpr double kTolerance = 1e-5;

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

/// One user's events before the cut, in the order that event_log.hpp promises.
std::vector<test::Event> naive_events(const std::vector<test::Event>& events,
                                      std::string_view user) {
  const std::set<test::Event> distinct(events.begin(), events.end());
  std::vector<test::Event> own;
  for (const auto& event : distinct) {
    if (event.user == user && event.time < kCut) own.push_back(event);
  }
  std::sort(own.begin(), own.end(), [](const test::Event& a, const test::Event& b) {
    // a moment without a product comes after those with one
    const auto key = [](const test::Event& e) {
      return std::tuple(e.time, e.action, e.item.empty(), e.item, e.page, e.device.empty(),
                        e.device);
    };
    return key(a) < key(b);
  });
  return own;
}

class HistoryOracle : public testing::Test {
 protected:
  /// Calls `check(event list, history, shop)` for every user of some random shops.
  template <class Check>
  static void for_each_user(Check&& check) {
    std::size_t n_users = 0;
    for (const auto seed : test::property_seeds(4)) {
      const auto events = test::random_events({.seed = seed});
      const auto shop = test::shop_of(events);
      for (std::size_t u = 0; u < shop.users.size(); ++u) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << ", user " << shop.users.text(u));
        check(naive_events(events, shop.users.text(u)),
              test::history_of(shop.events, UserIdx(u), kCut), shop);
        ++n_users;
      }
    }
    EXPECT_GT(n_users, 30U);
  }
};

TEST_F(HistoryOracle, EventsAreTheDistinctRowsInOrder) {
  for_each_user([](const auto& naive, const UserHistory& history, const Shop& shop) {
    ASSERT_EQ(history.events.size(), naive.size());
    for (std::size_t e = 0; e < naive.size(); ++e) {
      EXPECT_EQ(history.events.time[e], naive[e].time);
      EXPECT_EQ(history.events.action[e], naive[e].action);
      EXPECT_EQ(history.events.page[e], naive[e].page);
      const auto item = history.events.item[e];
      EXPECT_EQ(item.valid() ? shop.items.external(item) : "", naive[e].item);
    }
  });
}

TEST_F(HistoryOracle, DecaySumsAndCounts) {
  for_each_user([](const auto& naive, const UserHistory& history, const Shop& shop) {
    std::set<std::string> items;
    for (const auto& event : naive) {
      if (!event.item.empty()) items.insert(event.item);
    }
    ASSERT_EQ(history.touches.size(), items.size());
    for (const auto& item : items) {
      const Touch* touch = history.find(test::item_of(shop, item));
      ASSERT_NE(touch, nullptr) << item;
      for (std::size_t a = 0; a < kProductActionCount; ++a) {
        std::uint32_t count = 0;
        TimeUs last = kNoTime;
        for (const auto& event : naive) {
          if (event.item != item || event.action != kProductActions[a]) continue;
          ++count;
          last = event.time;
        }
        EXPECT_EQ(touch->count[a], count) << item;
        EXPECT_EQ(touch->last[a], last) << item;
        for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
          double sum = 0;
          for (const auto& event : naive) {
            if (event.item != item || event.action != kProductActions[a]) continue;
            sum += std::exp2(-to_days(kCut - event.time) / kHalfLivesDays[h]);
          }
          EXPECT_NEAR(history.sums[history.index_of(touch)][a][h], sum, kTolerance * (1 + sum));
        }
      }
    }
  });
}

TEST_F(HistoryOracle, TouchSumsAreThoseOfTheHistoryToTheBit) {
  TouchSums sums;  // one for all: what the last user left must not be seen
  for_each_user([&](const auto& /*naive*/, const UserHistory& history, const Shop& /*shop*/) {
    read_touch_sums(history.events, kCut, sums);
    EXPECT_EQ(sums.sums, history.sums);
    ASSERT_EQ(sums.item.size(), history.touches.size());
    for (std::size_t t = 0; t < sums.item.size(); ++t) {
      EXPECT_EQ(sums.item[t], history.touches[t].item);
    }
  });
}

TEST_F(HistoryOracle, TouchScoresAreThoseOfTheSumsToTheBit) {
  DecayRule rule;
  rule.half_life = {0, 3, 1, 6, 0, 2};
  TouchScorer scorer(rule);  // one for all
  std::vector<ItemIdx> products;
  for_each_user([&](const auto& /*naive*/, const UserHistory& history, const Shop& /*shop*/) {
    touched_products(history.events, products);
    ASSERT_EQ(products.size(), history.touches.size());
    std::vector<ScoredItem> expected;
    for (std::size_t t = 0; t < history.touches.size(); ++t) {
      EXPECT_EQ(products[t], history.touches[t].item);
      if (history.touches[t].n_events == 0) continue;
      expected.push_back({history.touches[t].item, rule.score(history.sums[t])});
    }
    EXPECT_EQ(scorer.scores(history.events, kCut), expected);
  });
}

TEST_F(HistoryOracle, DaysVisitsAndEndsOfATouch) {
  for_each_user([](const auto& naive, const UserHistory& history, const Shop& shop) {
    std::vector<std::uint32_t> visit(naive.size(), 0);
    for (std::size_t e = 1; e < naive.size(); ++e) {
      visit[e] = visit[e - 1] + (naive[e].time - naive[e - 1].time > kVisitGap ? 1 : 0);
    }
    EXPECT_EQ(history.visit_of, visit);
    EXPECT_EQ(history.n_visits, naive.empty() ? 0 : visit.back() + 1);
    for (const auto& touch : history.touches) {
      std::set<TimeUs> days;
      std::set<std::uint32_t> visits;
      std::vector<std::size_t> events;
      for (std::size_t e = 0; e < naive.size(); ++e) {
        const bool is_trace = product_action_slot(naive[e].action) < kProductActionCount;
        if (!is_trace || naive[e].item != shop.items.external(touch.item)) continue;
        days.insert(naive[e].time / kUsPerDay);
        visits.insert(visit[e]);
        events.push_back(e);
      }
      EXPECT_EQ(touch.n_events, events.size());
      EXPECT_EQ(touch.n_days, days.size());
      EXPECT_EQ(touch.n_visits, visits.size());
      EXPECT_EQ(touch.first_time, events.empty() ? kNoTime : naive[events.front()].time);
      EXPECT_EQ(touch.last_time, events.empty() ? kNoTime : naive[events.back()].time);
      if (!events.empty()) {
        EXPECT_EQ(touch.last_action, naive[events.back()].action);
      }
    }
  });
}

/// The basket as a set with the time of each entry, by the sentence in user_history.hpp.
std::map<std::string, TimeUs> naive_basket(const std::vector<test::Event>& events) {
  std::map<std::string, TimeUs> basket;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto& event = events[e];
    if (event.action == Action::kBasketClear) basket.clear();
    if (event.action == Action::kBasketAdd && !event.item.empty()) {
      basket.emplace(event.item, event.time);
    }
    if (event.action == Action::kBasketDelete || event.action == Action::kOrder) {
      basket.erase(event.item);
    }
    if (event.action != Action::kBasketPage) continue;
    std::set<std::string> listed;
    for (const auto& other : events) {
      if (other.action == Action::kBasketPage && other.time == event.time && !other.item.empty()) {
        listed.insert(other.item);
      }
    }
    if (listed.empty()) continue;
    std::erase_if(basket, [&](const auto& entry) { return !listed.contains(entry.first); });
    for (const auto& item : listed) basket.emplace(item, event.time);
  }
  return basket;
}

TEST_F(HistoryOracle, RebuiltBasket) {
  std::size_t n_in_basket = 0;
  for_each_user([&](const auto& naive, const UserHistory& history, const Shop& shop) {
    std::map<std::string, TimeUs> basket;
    for (const auto& touch : history.touches) {
      if (touch.in_basket)
        basket[std::string(shop.items.external(touch.item))] = touch.basket_since;
      if (!touch.in_basket) {
        EXPECT_EQ(touch.basket_since, kNoTime);
      }
    }
    EXPECT_EQ(basket, naive_basket(naive));
    n_in_basket += basket.size();
  });
  EXPECT_GT(n_in_basket, 20U);
}

TEST_F(HistoryOracle, OwnHistoryRanksByTheRule) {
  const DecayRule rule;
  for_each_user([&](const auto& naive, const UserHistory& history, const Shop& shop) {
    std::map<std::string, double> score;
    for (const auto& event : naive) {
      const std::size_t a = product_action_slot(event.action);
      if (event.item.empty() || a == kProductActionCount) continue;
      score[event.item] += double{rule.weight[a]} * std::exp2(-to_days(kCut - event.time) /
                                                              kHalfLivesDays[rule.half_life[a]]);
    }
    const auto ranked = models::OwnHistory().rank(history, 1000);
    std::size_t n_positive = 0;
    for (const auto& [item, value] : score) n_positive += value > kTolerance ? 1 : 0;
    EXPECT_GE(ranked.size(), n_positive);
    double before = 1e9;
    for (const auto& entry : ranked) {
      const double expected = score[std::string(shop.items.external(entry.id))];
      EXPECT_NEAR(entry.score, expected, kTolerance * 10);
      EXPECT_LE(expected, before + kTolerance * 10);
      before = expected;
    }
  });
}

TEST(OwnHistoryOracle, LearnsFromTheBuyersOfTheNewestWindows) {
  // eight days before the cut: seven windows of a day, and a first day that is history only
  for (const auto seed : test::property_seeds(3)) {
    const auto events = test::random_events({.seed = seed});
    const auto shop = test::shop_of(events);
    for (const int max_windows : {1, 3, 60}) {
      const models::FitContext context{shop, kCut, kUsPerDay, 20, 10, 1};
      const auto model =
          models::OwnHistory::fit(context, {.max_windows = max_windows, .min_buyers = 0});
      std::uint64_t n_buyers = 0;
      for (int window = 1; window <= std::min(max_windows, 7); ++window) {
        std::set<std::string> buyers;
        for (const auto& event : events) {
          const TimeUs begin = kCut - window * kUsPerDay;
          const bool is_inside = event.time >= begin && event.time < begin + kUsPerDay;
          if (event.action == Action::kOrder && !event.item.empty() && is_inside) {
            buyers.insert(event.user);
          }
        }
        n_buyers += buyers.size();
      }
      EXPECT_EQ(model.n_buyers(), n_buyers) << "seed " << seed << ", windows " << max_windows;
    }
  }
}

TEST(PurchasesOracle, OrdersOfAWindow) {
  const TimeUs to = kCut + 2 * kUsPerDay;
  std::size_t n_pairs = 0;
  for (const auto seed : test::property_seeds(4)) {
    const auto events = test::random_events({.seed = seed});
    const auto shop = test::shop_of(events);
    std::map<std::string, std::set<std::string>> naive;
    for (const auto& event : events) {
      const bool is_inside = event.time >= kCut && event.time < to;
      if (event.action == Action::kOrder && !event.item.empty() && is_inside) {
        naive[event.user].insert(event.item);
      }
    }
    const auto purchases = purchases_between(shop.events, kCut, to);
    EXPECT_EQ(purchases.n_buyers(), naive.size());
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      std::set<std::string> items;
      for (const auto item : purchases.of(UserIdx(u))) items.emplace(shop.items.external(item));
      const auto it = naive.find(std::string(shop.users.text(u)));
      EXPECT_EQ(items, it == naive.end() ? std::set<std::string>{} : it->second);
      EXPECT_EQ(items.size(), purchases.of(UserIdx(u)).size());
      n_pairs += items.size();
    }
    EXPECT_EQ(purchases.n_pairs(), purchases.items.values.size());
    EXPECT_TRUE(std::is_sorted(purchases.buyers.begin(), purchases.buyers.end()));
  }
  EXPECT_GT(n_pairs, 20U);
}

}  // namespace
}  // namespace vitrina
