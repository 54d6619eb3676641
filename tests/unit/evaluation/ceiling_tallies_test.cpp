#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "candidates/generator.hpp"
#include "evaluation/ceiling_tallies.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "support/text_shop.hpp"

namespace vitrina::evaluation {
namespace {

const CeilingRow& row_of(const CeilingTallies& tallies, std::string_view name) {
  const auto row = std::find_if(tallies.generators.begin(), tallies.generators.end(),
                                [&](const CeilingRow& one) { return one.name == name; });
  EXPECT_NE(row, tallies.generators.end()) << name;
  return *row;
}

CeilingTallies tally_of(const Shop& shop, TimeUs cut, std::vector<std::size_t> ks, int threads = 1,
                        const ParamMap& params = {}) {
  SilentProgress progress;
  const models::FitContext fit{shop, cut, kUsPerDay, 60, 10, threads};
  return tally_ceilings(fit, shop.end, ks, params, progress);
}

TEST(Ceilings, OfADrawnShop) {
  // ann buys what lies in her basket and something she never saw, bob what he only viewed,
  // and cat is first seen after the cut
  const auto world = test::text_shop(R"(
    ann  vA  bB  vC  | oB oD
    bob  vD  vA  .   | oA .
    cat  .   .   .   | oA .
  )",
                                     "hats ABCD");
  const auto found = tally_of(world.shop, world.cut, {1, 10});
  EXPECT_EQ(found.unknown_buyers, 1U);
  EXPECT_EQ(found.candidates.buyers, 3U);
  EXPECT_EQ(found.candidates.bought, 4U);
  EXPECT_EQ(found.candidates.bought_new, 2U);
  const auto& basket = row_of(found, "basket_now");
  EXPECT_EQ(basket.by_k[1].found, 1U);
  EXPECT_EQ(basket.by_k[1].found_new, 0U);
  EXPECT_EQ(basket.by_k[1].listed, 1U);
  EXPECT_DOUBLE_EQ(basket.by_k[1].recall(), 0.5 / 3);
  const auto& own = row_of(found, "own_history");
  EXPECT_EQ(own.by_k[1].found, 2U);  // B of ann, A of bob
  EXPECT_LE(own.by_k[0].listed, 2U);
  EXPECT_EQ(found.all.by_k[1].found, 3U);  // D of ann too: it is popular
  EXPECT_EQ(found.candidates.found, 3U);
}

TEST(Ceilings, KnowEveryGeneratorAndWhichAreOn) {
  const auto shop = test::shop_of(test::random_events({.seed = 1}), test::random_catalog({}));
  const auto found = tally_of(shop, test::kOpening + 9 * kUsPerDay, {25});
  ASSERT_EQ(found.generators.size(), candidates::registry().size());
  for (std::size_t g = 0; g < found.generators.size(); ++g) {
    EXPECT_EQ(found.generators[g].name, candidates::registry()[g].name);
  }
  EXPECT_TRUE(row_of(found, "own_history").is_on);
  const auto without = tally_of(shop, test::kOpening + 9 * kUsPerDay, {25}, 1,
                                {{"candidates.own_history.enabled", "false"}});
  EXPECT_FALSE(row_of(without, "own_history").is_on);
  EXPECT_EQ(row_of(without, "own_history").by_k[0].found,
            row_of(found, "own_history").by_k[0].found);
}

TEST(Ceilings, LongerListsAndUnionsFindNoLess) {
  const auto shop = test::shop_of(test::random_events({.seed = 2}), test::random_catalog({}));
  const auto found = tally_of(shop, test::kOpening + 9 * kUsPerDay, {1, 3, 30});
  EXPECT_GT(found.candidates.bought, 20U);
  for (std::size_t i = 0; i < 3; ++i) {
    for (const auto& row : found.generators) {
      EXPECT_GE(row.by_k[i].found, row.by_k[i == 0 ? 0 : i - 1].found) << row.name;
      const auto& together = row.is_on ? found.on : found.all;
      EXPECT_LE(row.by_k[i].found, together.by_k[i].found) << row.name;
    }
    EXPECT_LE(found.on.by_k[i].found, found.all.by_k[i].found);
  }
}

TEST(Ceilings, AreTheSameWithAnyNumberOfThreads) {
  const auto shop = test::shop_of(test::random_events({.seed = 3}), test::random_catalog({}));
  const auto one = tally_of(shop, test::kOpening + 9 * kUsPerDay, {5, 20}, 1);
  const auto four = tally_of(shop, test::kOpening + 9 * kUsPerDay, {5, 20}, 4);
  for (std::size_t g = 0; g < one.generators.size(); ++g) {
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(one.generators[g].by_k[i].found, four.generators[g].by_k[i].found);
      EXPECT_EQ(one.generators[g].by_k[i].recall_sum, four.generators[g].by_k[i].recall_sum);
    }
  }
}

TEST(Ceilings, CutsAddUp) {
  const auto shop = test::shop_of(test::random_events({.seed = 4}), test::random_catalog({}));
  const auto first = tally_of(shop, test::kOpening + 8 * kUsPerDay, {10});
  const auto second = tally_of(shop, test::kOpening + 9 * kUsPerDay, {10});
  auto both = first;
  both.add(second);
  EXPECT_EQ(both.candidates.buyers, first.candidates.buyers + second.candidates.buyers);
  EXPECT_EQ(both.all.by_k[0].found, first.all.by_k[0].found + second.all.by_k[0].found);
  EXPECT_EQ(both.generators[0].by_k[0].found,
            first.generators[0].by_k[0].found + second.generators[0].by_k[0].found);
}

}  // namespace
}  // namespace vitrina::evaluation
