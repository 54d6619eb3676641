#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "support/engine_kit.hpp"
#include "support/text_shop.hpp"

// Shops small enough to see the right list by looking at them (support/text_shop.hpp has the
// letters; a moment is an hour unless said otherwise).

namespace vitrina::candidates {
namespace {

std::string proposed(const test::TextShop& shop, std::string_view generator, std::string_view user,
                     const ParamMap& params = test::small_shop_params()) {
  return shop.letters(test::propose(shop.shop, shop.cut, generator, shop.user(user), params));
}

TEST(KnownAnswers, TheDrawingIsReadAsItLooks) {
  const auto shop = test::text_shop(R"(
    ann  vA  .   bAvB | oA
    bob  c   pCD .    | .
  )");
  EXPECT_EQ(shop.cut, test::kOpening + 3 * kUsPerHour);
  ASSERT_EQ(shop.shop.events.n_events(), 7U);
  const auto ann = shop.shop.events.of(shop.user("ann"));
  EXPECT_EQ(ann.size(), 4U);
  EXPECT_EQ(ann.time[1], test::kOpening + 2 * kUsPerHour);
  EXPECT_EQ(ann.action[3], Action::kOrder);
  EXPECT_EQ(ann.time[3], shop.cut);
  const auto bob = shop.shop.events.of(shop.user("bob"));
  EXPECT_EQ(bob.action[0], Action::kBasketClear);
  EXPECT_FALSE(bob.item[0].valid());
  EXPECT_EQ(bob.item[2], shop.item("D"));
  EXPECT_THROW(test::text_shop("ann vA |\nbob vA vB |"), std::invalid_argument);
  EXPECT_THROW(test::text_shop("ann xA"), std::invalid_argument);
}

TEST(KnownAnswers, BasketNow) {
  // what was put in last comes first; deleted and ordered products are out
  const auto shop = test::text_shop(R"(
    ann  bA  bB  bC  dB  bD  oC | bE
    bob  bA  bB  c   bC  .   .  | .
    cat  bA  pBC .   .   .   .  | .
    dan  vA  lB  .   .   .   .  | bA
    eve  bA  vB  bA  bC  .   .  | dA
    fay  bA  dA  bA  .   bB  .  | .
  )");
  EXPECT_EQ(proposed(shop, "basket_now", "ann"), "DA");
  EXPECT_EQ(proposed(shop, "basket_now", "bob"), "C");
  EXPECT_EQ(proposed(shop, "basket_now", "cat"), "BC");
  EXPECT_EQ(proposed(shop, "basket_now", "dan"), "");
  EXPECT_EQ(proposed(shop, "basket_now", "eve"), "CA");  // the second add changes nothing
  EXPECT_EQ(proposed(shop, "basket_now", "fay"), "BA");
}

TEST(KnownAnswers, OwnHistory) {
  // the built-in rule: an add is worth more than a like, a like more than a view, later is better
  const auto params = ParamMap{{"models.own_history.min_buyers", "1000"}};
  const auto shop = test::text_shop(R"(
    ann  vA  vB  vC  .   | vD
    bob  bA  lB  vC  .   | .
    cat  vA  .   vB  vA  | oC
    dan  bA  dA  vB  .   | .
    eve  .   .   .   .   | bA
  )");
  EXPECT_EQ(proposed(shop, "own_history", "ann", params), "CBA");
  EXPECT_EQ(proposed(shop, "own_history", "bob", params), "ABC");
  EXPECT_EQ(proposed(shop, "own_history", "cat", params), "AB");
  EXPECT_EQ(proposed(shop, "own_history", "dan", params).front(), 'A');
  EXPECT_EQ(proposed(shop, "own_history", "eve", params), "");
}

TEST(KnownAnswers, OwnHistoryLearnsWhatIsBought) {
  // likes are worth more by the built-in rule, but in this shop people order what they viewed
  const auto shop = test::text_shop(R"(
    u1  vAlBCD  oA      .       .       .   |
    u2  .       vBlCDE  oB      .       .   |
    u3  .       .       vClDEA  oC      .   |
    u4  .       .       .       vDlEAB  oD  |
    u5  .       .       .       .       vElABC |
  )",
                                    "", kUsPerDay);
  EXPECT_NE(proposed(shop, "own_history", "u5", {{"models.own_history.min_buyers", "9"}}).front(),
            'E');
  EXPECT_EQ(proposed(shop, "own_history", "u5", {{"models.own_history.min_buyers", "1"}}).front(),
            'E');
}

TEST(KnownAnswers, Covisitation) {
  // A is followed by B in two baskets, by C in one; D was never near it
  const auto shop = test::text_shop(R"(
    u1   vA  bB  .  .  | .
    u2   vA  bB  .  .  | .
    u3   vA  bC  .  .  | bD
    u4   .   .   vD vE | .
    ann  .   .   .  vA | bD
    bob  .   .   .  .  | vA
  )");
  const auto list = proposed(shop, "covisitation", "ann");
  EXPECT_EQ(list.substr(0, 2), "BC");
  EXPECT_EQ(list.find('D'), std::string::npos);
  EXPECT_EQ(list.find('A'), std::string::npos);
  EXPECT_EQ(proposed(shop, "covisitation", "bob"), "");
  EXPECT_EQ(proposed(shop, "covisitation", "u4"), "DE");  // each is the other's neighbour
}

TEST(KnownAnswers, SessionNeighbours) {
  // visits with A had B and C; C was ordered. E was in visits without the user's products, and
  // the users' own visits have no say
  const auto shop = test::text_shop(R"(
    u1   vA vB .  .  .  .  .  .  | .
    u2   .  .  vA oC .  .  .  .  | .
    u3   .  .  .  .  vD vE .  .  | .
    u4   .  .  .  .  .  vA .  .  | vE
    ann  .  .  .  .  .  .  vA .  | vE
    bob  .  .  .  .  .  .  .  vF | vA
    cat  .  .  .  .  .  .  vD vG | .
  )",
                                    "", 20 * 60 * kUsPerSecond);
  EXPECT_EQ(proposed(shop, "session_neighbours", "ann"), "CAB");
  EXPECT_EQ(proposed(shop, "session_neighbours", "u4"), "CAB");
  EXPECT_EQ(proposed(shop, "session_neighbours", "u1"), "CA");
  EXPECT_EQ(proposed(shop, "session_neighbours", "cat"), "ED");
  EXPECT_EQ(proposed(shop, "session_neighbours", "bob"), "");
}

TEST(KnownAnswers, PopularInCategories) {
  // shoes: B sells better than A; ann looks at shoes, bob at hats a little more than at shoes
  const auto shop = test::text_shop(R"(
    u1   oB  oC  .   .   .   .  | .
    u2   oB  .   .   .   .   .  | .
    u3   .   bA  .   .   .   .  | .
    u4   oF  .   .   .   .   .  | .
    ann  .   .   .   .   .   vD | oC
    bob  .   .   .   vA  vC  vE | .
  )",
                                    "shoes ABD, hats CE, socks F");
  EXPECT_EQ(proposed(shop, "popular_in_categories", "ann"), "BAD");
  const auto bob = proposed(shop, "popular_in_categories", "bob");
  EXPECT_EQ(bob.substr(0, 2), "CB");  // two thirds of one order's worth against a third of two
  EXPECT_EQ(bob.find('F'), std::string::npos);
  EXPECT_EQ(proposed(shop, "popular_in_categories", "u4"), "F");
}

TEST(KnownAnswers, Popular) {
  // C sold twice, A once, B was looked at; D and E come from the catalog, F from the future
  const auto shop = test::text_shop(R"(
    u1   oA  .   vB  oC  | oF
    u2   .   .   .   oC  | oF
    u3   .   .   .   .   | oF
  )",
                                    "things ABCDE");
  EXPECT_EQ(proposed(shop, "popular", "u1"), "CABDE");
  EXPECT_EQ(proposed(shop, "popular", "u3"), "CABDE");
}

TEST(KnownAnswers, Repurchase) {
  // A is bought every other day by everybody, B never twice; C sells best of what is like B
  const auto shop = test::text_shop(R"(
    u1   oA  .   oA  .   oA  .   .   .   | .
    u2   .   oA  .   oA  .   oA  oC  .   | .
    u3   oB  .   .   .   .   .   .   oC  | .
    ann  .   .   .   .   .   oAB .   .   | oD
    bob  .   .   .   .   .   .   .   oD  | .
    cat  vA  bB  .   .   .   .   .   .   | oA
  )",
                                    "milk A, chairs BCE, lamps D", kUsPerDay);
  const auto ann = proposed(shop, "repurchase", "ann");
  EXPECT_EQ(ann.front(), 'A');
  EXPECT_NE(ann.find('B'), std::string::npos);
  EXPECT_NE(ann.find('C'), std::string::npos);  // of B's category
  EXPECT_EQ(ann.find('D'), std::string::npos);
  EXPECT_EQ(proposed(shop, "repurchase", "bob"), "D");
  EXPECT_EQ(proposed(shop, "repurchase", "cat"), "");
  // nine moments of log are too few to speak of intervals
  auto params = test::small_shop_params();
  params["models.repurchase.min_days"] = "10";
  EXPECT_EQ(proposed(shop, "repurchase", "ann", params), "");
}

}  // namespace
}  // namespace vitrina::candidates
