#include <gtest/gtest.h>

#include <set>

#include "engine/engine.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

namespace vitrina::engine {
namespace {

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

TEST(SilentProducts, AreProposedToThoseWhoTouchedThemOnly) {
  const auto shop =
      test::shop_of(test::random_events({.seed = 3}), test::random_catalog({.seed = 3}));
  const auto models = test::fit_at(shop, kCut);
  auto params = test::small_shop_params();
  const Engine all(shop, models, params);
  params["candidates.drop_silent_days"] = "0.5";
  const Engine lively(shop, models, params);
  std::size_t n_dropped = 0;
  std::size_t n_own = 0;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto before = test::block_of(all, shop, kCut, UserIdx(u), {}, 3);
    const auto after = test::block_of(lively, shop, kCut, UserIdx(u), {}, 3);
    const std::set<ItemIdx> kept(after.item.begin(), after.item.end());
    for (const auto item : before.item) n_dropped += kept.contains(item) ? 0 : 1;
    for (const auto item : after.item) {
      const bool is_silent = models.popularity->stats(item).last < kCut - kUsPerDay / 2;
      if (!is_silent) continue;
      EXPECT_NE(after.history.find(item), nullptr) << shop.items.external(item);
      ++n_own;
    }
  }
  EXPECT_GT(n_dropped, 0U);
  EXPECT_GT(n_own, 0U);
}

TEST(SilentProducts, FillAnAnswerBeforeItIsShort) {
  const auto shop =
      test::shop_of(test::random_events({.seed = 3}), test::random_catalog({.seed = 3}));
  const auto models = test::fit_at(shop, kCut);
  auto params = test::small_shop_params();
  params["candidates.drop_silent_days"] = "0.0001";
  const Engine engine(shop, models, params);
  const auto block = test::block_of(engine, shop, kCut, UserIdx(0), {}, 20);
  EXPECT_GE(block.n_rows(), 20U);
}

TEST(SilentProducts, NeedToKnowTheLastEventOfEveryProduct) {
  ParamMap params{{"candidates.drop_silent_days", "3"}};
  for (const auto& row : candidates::registry()) {
    params[row.section() + ".enabled"] = "false";
  }
  for (const auto& row : features::registry()) {
    params[row.section() + ".enabled"] = "false";
  }
  const auto kinds = needed_models(params);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), models::ModelKind::kPopularity), 1);
}

}  // namespace
}  // namespace vitrina::engine
