#include "simulate/shop.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <string>

#include "unit/simulate/shops.hpp"

namespace vitrina::simulate {
namespace {

TEST(SimulatedShop, IsTheSameOnAnyNumberOfThreads) {
  const auto one = checksum(make_shop(0.02, 5, 1));
  EXPECT_EQ(one, checksum(make_shop(0.02, 5, 2)));
  EXPECT_EQ(one, checksum(make_shop(0.02, 5, 7)));
}

TEST(SimulatedShop, DependsOnTheSeed) {
  EXPECT_NE(checksum(make_shop(0.002, 5)), checksum(make_shop(0.002, 6)));
}

TEST(SimulatedShop, ColumnsAgree) {
  const auto& shop = small_shop();
  const std::size_t n = shop.n_events();
  ASSERT_GT(n, 300'000U);
  EXPECT_EQ(shop.device.size(), n);
  EXPECT_EQ(shop.action.size(), n);
  EXPECT_EQ(shop.time.size(), n);
  EXPECT_EQ(shop.page.size(), n);
  EXPECT_EQ(shop.products.n_rows(), n);
  EXPECT_EQ(shop.products.offsets.back(), shop.products.values.size());
  EXPECT_TRUE(std::is_sorted(shop.products.offsets.begin(), shop.products.offsets.end()));
  EXPECT_LT(*std::max_element(shop.user.begin(), shop.user.end()), shop.user_ids.size());
  EXPECT_LT(*std::max_element(shop.device.begin(), shop.device.end()), shop.device_ids.size());
  EXPECT_LT(*std::max_element(shop.products.values.begin(), shop.products.values.end()),
            shop.item_ids.size());
  EXPECT_LT(*std::max_element(shop.action.begin(), shop.action.end()), kActionCount);
}

TEST(SimulatedShop, EventsAreInOrderOfTimeAndInsideTheLog) {
  const auto& shop = small_shop();
  EXPECT_TRUE(std::is_sorted(shop.time.begin(), shop.time.end()));
  EXPECT_GE(shop.time.front(), kLogStart);
  EXPECT_LT(shop.time.back(), day_start(22));
  EXPECT_EQ(format_time(kLogStart), "2024-09-07T00:00:00");
  EXPECT_TRUE(std::all_of(shop.time.begin(), shop.time.end(),
                          [](TimeUs time) { return time % kUsPerSecond == 0; }));
}

TEST(SimulatedShop, EachActionNamesTheProductsItShould) {
  const auto& shop = small_shop();
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    const std::size_t n = shop.products.row(e).size();
    switch (static_cast<Action>(shop.action[e])) {
      case Action::kVisit:
      case Action::kCategoryPage:
      case Action::kSearch:
      case Action::kBasketClear:
        ASSERT_EQ(n, 0U);
        break;
      case Action::kBasketPage:
      case Action::kOrder:
        ASSERT_GE(n, 1U);
        break;
      default:
        ASSERT_EQ(n, 1U);
    }
  }
}

TEST(SimulatedShop, CategoryPagesAreNumbersOfTheCatalog) {
  const auto& shop = small_shop();
  const std::set<std::string> categories(shop.catalog.category_id.begin(),
                                         shop.catalog.category_id.end());
  std::size_t pages = 0;
  std::size_t known = 0;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.action[e] == code(Action::kCategoryPage)) {
      ++pages;
      known += categories.contains(std::to_string(shop.page[e])) ? 1 : 0;
    }
  }
  // All but those of small categories whose products have all gone.
  EXPECT_GT(static_cast<double>(known), 0.99 * static_cast<double>(pages));
}

TEST(SimulatedShop, IdsLookLikeTheCase) {
  const auto& shop = small_shop();
  const auto check = [](const std::vector<std::string>& ids, char version) {
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      ASSERT_EQ(ids[i].size(), 36U);
      ASSERT_EQ(ids[i][14], version) << ids[i];
      ASSERT_NE(std::string("89ab").find(ids[i][19]), std::string::npos) << ids[i];
    }
    EXPECT_EQ(ids.back(), "/*");
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  };
  check(shop.user_ids, '1');
  check(shop.device_ids, '4');
  EXPECT_EQ(shop.item_ids.back(), "/*");
  EXPECT_EQ(std::set<std::string>(shop.item_ids.begin(), shop.item_ids.end()).size(),
            shop.item_ids.size());
}

TEST(SimulatedShop, JunkIdsAreAFewInAThousand) {
  const auto& shop = small_shop();
  const auto users = std::count(shop.user.begin(), shop.user.end(), junk_user(shop));
  const auto& items = shop.products.values;
  const auto products = std::count(items.begin(), items.end(), junk_item(shop));
  const double user_share = static_cast<double>(users) / static_cast<double>(shop.n_events());
  const double product_share = static_cast<double>(products) / static_cast<double>(items.size());
  EXPECT_GT(user_share, 0.001);
  EXPECT_LT(user_share, 0.003);
  EXPECT_GT(product_share, 0.001);
  EXPECT_LT(product_share, 0.003);
}

TEST(SimulatedShop, PeopleHaveSeveralDevicesAndSomeSeveralIdsOnOneDevice) {
  const auto& shop = small_shop();
  std::map<std::uint32_t, std::set<std::uint32_t>> devices_of;
  std::map<std::uint32_t, std::set<std::uint32_t>> users_of;
  const auto junk_device = static_cast<std::uint32_t>(shop.device_ids.size() - 1);
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.user[e] == junk_user(shop) || shop.device[e] == junk_device) continue;
    devices_of[shop.user[e]].insert(shop.device[e]);
    users_of[shop.device[e]].insert(shop.user[e]);
  }
  const auto several = [](const auto& groups) {
    return std::count_if(groups.begin(), groups.end(),
                         [](const auto& group) { return group.second.size() > 1; });
  };
  EXPECT_GT(several(devices_of), static_cast<long>(devices_of.size() / 50));
  EXPECT_GT(several(users_of), static_cast<long>(users_of.size() / 200));
}

TEST(SimulateConfig, EveryFieldHasASentenceAndADefaultInItsRange) {
  const auto fields = describe<SimulateConfig>();
  ASSERT_EQ(fields.size(), 13U);
  ParamMap params;
  for (const auto& field : fields) {
    EXPECT_FALSE(field.sentence.empty()) << field.name;
    params["simulate." + field.name] = field.default_value;
  }
  EXPECT_NO_THROW(read_section<SimulateConfig>(params, "simulate"));
}

TEST(SimulateConfig, ExtremesStillMakeAShop) {
  SimulateConfig config;
  config.scale = 0.001;
  config.days = 2;
  config.vector_dim = 2;
  config.gone_product_share = 0.4;
  config.new_product_share = 0.6;
  config.junk_share = 0;
  config.bots_per_100k = 0;
  SilentProgress progress;
  const auto shop = simulate(config, 1, 1, progress);
  EXPECT_GT(shop.n_events(), 100U);
  EXPECT_LT(shop.time.back(), day_start(2));
  EXPECT_EQ(std::count(shop.user.begin(), shop.user.end(), junk_user(shop)), 0);
  EXPECT_EQ(shop.catalog.vectors.size(), 2 * shop.catalog.n_rows());
}

}  // namespace
}  // namespace vitrina::simulate
