#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <unordered_map>

#include "simulate/calendar.hpp"
#include "simulate/draw.hpp"
#include "unit/simulate/shops.hpp"

namespace vitrina::simulate {
namespace {

TEST(SimulatedBehaviour, OrdersAreOfProductsInTheBasket) {
  const auto& shop = small_shop();
  // The last basket page of each user on each device.
  std::map<UserProduct, std::set<std::uint32_t>> basket;
  std::size_t orders = 0;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    const UserProduct who{shop.user[e], shop.device[e]};
    if (who.first == junk_user(shop)) continue;
    const auto products = shop.products.row(e);
    if (shop.action[e] == code(Action::kBasketPage)) {
      basket[who] = {products.begin(), products.end()};
    }
    if (shop.action[e] != code(Action::kOrder)) continue;
    ++orders;
    const bool listed_junk = basket[who].contains(junk_item(shop));
    for (const auto product : products) {
      if (product == junk_item(shop) || listed_junk) continue;
      EXPECT_TRUE(basket[who].contains(product)) << shop.item_ids[product];
    }
  }
  EXPECT_GT(orders, 100U);
}

TEST(SimulatedBehaviour, MostAddedProductsWereViewedBefore) {
  const auto& shop = small_shop();
  std::set<UserProduct> viewed;
  double added = 0;
  double known = 0;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.products.row(e).empty()) continue;
    const UserProduct pair{shop.user[e], shop.products.row(e).front()};
    if (shop.action[e] == code(Action::kView)) viewed.insert(pair);
    if (shop.action[e] != code(Action::kBasketAdd)) continue;
    ++added;
    known += viewed.contains(pair) ? 1 : 0;
  }
  EXPECT_GT(known / added, 0.6);
  EXPECT_LT(known / added, 0.95);
}

TEST(SimulatedBehaviour, SomePurchasesAreRepeatedAfterDays) {
  const auto& shop = small_shop();
  std::map<UserProduct, TimeUs> first;
  std::size_t repeats = 0;
  std::size_t lines = 0;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.action[e] != code(Action::kOrder)) continue;
    for (const auto product : shop.products.row(e)) {
      const auto [found, is_new] = first.try_emplace({shop.user[e], product}, shop.time[e]);
      ++lines;
      if (!is_new && shop.time[e] - found->second > 3 * kUsPerDay) ++repeats;
    }
  }
  EXPECT_GT(repeats, lines / 100);
  EXPECT_LT(repeats, lines / 4);
}

TEST(SimulatedBehaviour, PeopleStayWithTheirCategories) {
  const auto& shop = small_shop();
  std::unordered_map<std::string, std::string> category_of;
  for (std::size_t i = 0; i < shop.catalog.n_rows(); ++i) {
    category_of[shop.catalog.product_id[i]] = shop.catalog.category_id[i];
  }
  std::unordered_map<std::uint32_t, std::string> last_of_user;
  double n = 0;
  double same = 0;
  std::unordered_map<std::string, double> views_of;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.action[e] != code(Action::kView) || shop.user[e] == junk_user(shop)) continue;
    const auto found = category_of.find(shop.item_ids[shop.products.row(e).front()]);
    if (found == category_of.end()) continue;
    auto& last = last_of_user[shop.user[e]];
    if (!last.empty()) {
      ++n;
      same += last == found->second ? 1 : 0;
    }
    last = found->second;
    ++views_of[found->second];
  }
  double all = 0;
  double squares = 0;
  for (const auto& [category, views] : views_of) {
    all += views;
    squares += views * views;
  }
  const double by_chance = squares / (all * all);
  EXPECT_GT(same / n, 10 * by_chance);
}

TEST(SimulatedBehaviour, TheBusiestVisitorsAreProgramsWithoutABasket) {
  const auto& shop = small_shop();
  std::map<std::uint32_t, std::pair<std::size_t, bool>> views_and_basket;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.user[e] == junk_user(shop)) continue;
    auto& [views, basket] = views_and_basket[shop.user[e]];
    views += shop.action[e] == code(Action::kView) ? 1 : 0;
    basket = basket || shop.action[e] == code(Action::kBasketAdd);
  }
  std::pair<std::size_t, bool> busiest{0, true};
  for (const auto& [user, counts] : views_and_basket) {
    if (counts.first > busiest.first) busiest = counts;
  }
  EXPECT_GT(busiest.first, 300U);
  EXPECT_FALSE(busiest.second);
}

TEST(Calendar, DrawsMomentsInsideItsBounds) {
  SimulateConfig config;
  config.days = 9;
  const Calendar calendar(config);
  EXPECT_EQ(calendar.end() - calendar.start(), 9 * kUsPerDay);
  Rng rng(1);
  TimeUs earliest = calendar.end();
  for (int i = 0; i < 5000; ++i) {
    const TimeUs inside = calendar.draw_in_log(rng);
    ASSERT_GE(inside, calendar.start());
    ASSERT_LT(inside, calendar.end());
    const TimeUs any = calendar.draw_with_warm_up(rng);
    ASSERT_LT(any, calendar.end());
    earliest = std::min(earliest, any);
    ASSERT_GE(calendar.next_likely(rng, inside), inside / kUsPerSecond * kUsPerSecond);
  }
  EXPECT_GE(earliest, calendar.start() - kWarmUpDays * kUsPerDay);
  EXPECT_LT(earliest, calendar.start() - (kWarmUpDays - 2) * kUsPerDay);
}

TEST(WeightedTable, DrawsInProportionAndInsideARange) {
  WeightedTable table;
  for (const double weight : {1.0, 0.0, 3.0, 4.0}) table.push_back(weight);
  EXPECT_DOUBLE_EQ(table.total(0, 4), 8.0);
  Rng rng(2);
  std::array<int, 4> counts{};
  constexpr int kDraws = 40'000;
  for (int i = 0; i < kDraws; ++i) ++counts[table.draw(rng)];
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[0], kDraws / 8.0, 300);
  EXPECT_NEAR(counts[2], kDraws * 3 / 8.0, 500);
  for (int i = 0; i < 100; ++i) {
    const std::size_t index = table.draw(rng, 2, 2);
    EXPECT_TRUE(index == 2 || index == 3);
  }
}

TEST(Draws, HaveTheirMeans) {
  Rng rng(3);
  constexpr int kDraws = 50'000;
  double geometric_sum = 0;
  double above_median = 0;
  for (int i = 0; i < kDraws; ++i) {
    geometric_sum += geometric(rng, 2.5);
    above_median += lognormal(rng, 3.0, 1.2) > 3.0 ? 1 : 0;
  }
  EXPECT_NEAR(geometric_sum / kDraws, 2.5, 0.08);
  EXPECT_NEAR(above_median / kDraws, 0.5, 0.01);
  EXPECT_EQ(geometric(rng, 0.0), 0);
}

}  // namespace
}  // namespace vitrina::simulate
