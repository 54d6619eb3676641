#include "evaluation/proposals.hpp"

#include <gtest/gtest.h>

#include "support/engine_kit.hpp"
#include "support/text_shop.hpp"

namespace vitrina::evaluation {
namespace {

TEST(Proposals, NameNothingToWhoIsFirstSeenAfterTheCut) {
  const auto world = test::text_shop(R"(
    ann  vA  bB  | oB
    cat  .   .   | oA
  )",
                                     "hats AB");
  const auto params = test::small_shop_params();
  const auto set = test::fit_at(world.shop, world.cut);
  const engine::Engine engine(world.shop, set, params);
  const LogQueries queries{world.shop.events, world.cut, 25};
  const auto bought = purchases_between(world.shop.events, world.cut, world.shop.end);
  ASSERT_EQ(bought.n_buyers(), 2U);
  const auto found = proposals(engine, queries, bought, 1);
  ASSERT_EQ(found.back().first, "union");
  const auto& lists = found.back().second;
  ASSERT_EQ(lists.size(), 2U);
  for (std::size_t row = 0; row < lists.size(); ++row) {
    EXPECT_EQ(lists.items.row(row).empty(), lists.users[row] == world.user("cat"));
  }
}

}  // namespace
}  // namespace vitrina::evaluation
