#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "unit/simulate/shops.hpp"

namespace vitrina::simulate {
namespace {

constexpr double kScale = 0.1;

/// Three seeds: at a tenth of the case one shop has 33 cleared baskets and 50 buyers.
const std::vector<SimulatedShop>& tenths() {
  static const std::vector<SimulatedShop> kShops{make_shop(kScale, 1), make_shop(kScale, 2),
                                                 make_shop(kScale, 3)};
  return kShops;
}

TEST(CaseFigures, RowsByActionInNineteenDaysAreWithinTenPercent) {
  // view, like, basket_add, basket_delete, basket_clear, order, basket_page, visit,
  // category_page, search: the case's own counts.
  constexpr std::array<double, kActionCount> kCase{875'680, 26'346,  44'249,    24'150,  333,
                                                   10'478,  314'936, 3'554'985, 876'035, 69'354};
  std::array<double, kActionCount> rows{};
  for (const auto& shop : tenths()) {
    const auto counted = exploded_rows(shop, day_start(19));
    for (std::size_t a = 0; a < kActionCount; ++a) rows[a] += counted[a];
  }
  for (std::size_t a = 0; a < kActionCount; ++a) {
    const double expected = 3 * kScale * kCase[a];
    // A hundred clears vary by ten percent on their own.
    const double tolerance = a == code(Action::kBasketClear) ? 0.3 : 0.1;
    EXPECT_NEAR(rows[a] / expected, 1.0, tolerance) << kActionTraits[a].name;
  }
}

TEST(CaseFigures, AllRowsAndTheLastThreeDaysAreWithinTenPercent) {
  for (const auto& shop : tenths()) {
    const auto before = exploded_rows(shop, day_start(19));
    const auto all = exploded_rows(shop, day_start(22));
    const double n_before = std::accumulate(before.begin(), before.end(), 0.0);
    const double n_all = std::accumulate(all.begin(), all.end(), 0.0);
    EXPECT_NEAR(n_all / (kScale * 6'859'002), 1.0, 0.1);
    EXPECT_NEAR((n_all - n_before) / (kScale * 1'062'417), 1.0, 0.1);
  }
}

TEST(CaseFigures, BuyersAndBasketUsersAreAsMany) {
  double buyers = 0;
  double basket_users = 0;
  double users = 0;
  for (const auto& shop : tenths()) {
    for (int day = 4; day <= 19; day += 3) {
      buyers += static_cast<double>(
          users_with(shop, Action::kOrder, day_start(day), day_start(day + 3)).size());
    }
    basket_users += static_cast<double>(
        users_with(shop, Action::kBasketAdd, day_start(17), day_start(22)).size());
    users += static_cast<double>(std::set(shop.user.begin(), shop.user.end()).size());
  }
  EXPECT_NEAR(buyers / (3 * 6 * kScale * 500), 1.0, 0.1);
  EXPECT_NEAR(basket_users / (3 * kScale * 3'598), 1.0, 0.1);
  EXPECT_NEAR(users / (3 * kScale * 515'000), 1.0, 0.05);
}

TEST(CaseFigures, UserProductPairsAreAboutAMillionAtScaleOne) {
  for (const auto& shop : tenths()) {
    const auto n = static_cast<double>(pairs(shop, day_start(0), day_start(22), false).size());
    EXPECT_NEAR(n / (kScale * 1'000'000), 1.0, 0.15);
  }
}

TEST(CaseFigures, PartOfWhatIsBoughtWasTouchedBefore) {
  double bought = 0;
  double touched = 0;
  for (const auto& shop : tenths()) {
    const auto known = pairs(shop, day_start(0), day_start(19), false);
    for (const auto& pair : pairs(shop, day_start(19), day_start(22), true)) {
      ++bought;
      touched += known.contains(pair) ? 1 : 0;
    }
  }
  EXPECT_GT(touched / bought, 0.5);
  EXPECT_LT(touched / bought, 0.75);
}

TEST(CaseFigures, DayAndNightAndLongTail) {
  const auto& shop = small_shop();
  std::array<double, 24> by_hour{};
  for (const auto time : shop.time) ++by_hour[static_cast<std::size_t>(hour_of_day(time))];
  EXPECT_GT(by_hour[21], 5 * by_hour[4]);

  std::vector<double> uses(shop.item_ids.size());
  for (const auto item : shop.products.values) ++uses[item];
  std::sort(uses.begin(), uses.end(), std::greater<>());
  const auto top = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 100);
  const double share =
      std::accumulate(uses.begin(), top, 0.0) / static_cast<double>(shop.products.values.size());
  EXPECT_GT(share, 0.1);
  EXPECT_LT(share, 0.5);
}

}  // namespace
}  // namespace vitrina::simulate
