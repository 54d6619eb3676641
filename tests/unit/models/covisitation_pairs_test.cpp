#include "models/covisitation_pairs.hpp"

#include <gtest/gtest.h>

#include <map>
#include <tuple>
#include <vector>

#include "models/covisitation.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "support/text_shop.hpp"

namespace vitrina::models {
namespace {

using Pair = std::tuple<std::uint32_t, std::uint32_t, PairClass>;  // to, distance, class

/// Pairs by product, in the order in which they are handed out.
std::map<std::size_t, std::vector<Pair>> dealt(const Shop& shop, std::size_t max_pairs, int threads,
                                               std::size_t* n_rounds = nullptr) {
  const FitContext context{shop, shop.end, kUsPerDay, 20, 10, threads};
  const PairRules rules(kCovisitationSpecs, true);
  PairDealer dealer(context, rules, 30, max_pairs);
  if (n_rounds != nullptr) *n_rounds = dealer.n_rounds();
  std::map<std::size_t, std::vector<Pair>> by_item;
  std::size_t next_block = 0;
  for (std::size_t round = 0; round < dealer.n_rounds(); ++round) {
    const auto& pairs_of_round = dealer.deal(round);
    EXPECT_EQ(pairs_of_round.first_block(), next_block);
    next_block = pairs_of_round.end_block();
    for (std::size_t block = pairs_of_round.first_block(); block < next_block; ++block) {
      pairs_of_round.for_each_piece(block, [&](std::span<const RowPair> pairs) {
        for (const auto& pair : pairs) {
          by_item[block * DealtPairs::kRowsABlock + pair.row].emplace_back(
              pair.to.value, pair.distance_ms, pair.pair_class);
        }
      });
    }
  }
  EXPECT_EQ(next_block, dealer.n_blocks());
  return by_item;
}

TEST(PairDealer, DealsTheSameInAnyNumberOfRoundsAndThreads) {
  const auto shop = test::shop_of(test::random_events(
      {.seed = 1, .n_users = 200, .n_items = 2000, .n_events = 12000, .days = 3}));
  ASSERT_GT(shop.items.size(), 3 * DealtPairs::kRowsABlock);
  std::size_t n_rounds = 0;
  const auto at_once = dealt(shop, 1U << 24U, 1, &n_rounds);
  EXPECT_EQ(n_rounds, 1U);
  EXPECT_GT(at_once.size(), 3 * DealtPairs::kRowsABlock);
  for (const std::size_t max_pairs : {20'000U, 1U}) {
    SCOPED_TRACE(max_pairs);
    EXPECT_TRUE(dealt(shop, max_pairs, 3, &n_rounds) == at_once);
    EXPECT_GT(n_rounds, 1U);
  }
}

TEST(PairDealer, AShopWithoutPairsHasEmptyBlocks) {
  const auto shop = test::text_shop("ann vA vA", "");
  EXPECT_TRUE(dealt(shop.shop, 100, 2).empty());
}

}  // namespace
}  // namespace vitrina::models
