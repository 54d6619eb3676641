#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/time.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"
#include "unit/api/aged_bundle_fixture.hpp"
#include "vitrina/fit.hpp"
#include "vitrina/live.hpp"
#include "vitrina/log.hpp"

// What may be proposed, by a customer's own events and by the catalog; and events on their way to
// be kept.

namespace vitrina {
namespace {

class LiveRulesTest : public AgedBundleTest {
 protected:
  static Live open() { return Live::open(folder() / "bundle"); }

  static std::vector<std::string> ids(const LiveAnswer& answer) {
    std::vector<std::string> ids;
    for (const auto& product : answer.products) ids.push_back(product.product_id);
    return ids;
  }
  static bool has(const LiveAnswer& answer, const std::string& id) {
    const auto all = ids(answer);
    return std::find(all.begin(), all.end(), id) != all.end();
  }
  /// Some products that are named to anybody.
  static std::vector<std::string> popular(const Live& live) { return ids(live.recommend({})); }
};

TEST_F(LiveRulesTest, ExcludesWhatWasSeenIsInTheBasketOrWasBought) {
  auto live = open();
  const auto some = popular(live);
  ASSERT_GE(some.size(), 5U);
  const auto& seen = some[0];
  const auto& carried = some[1];
  const auto& bought = some[2];
  const auto& removed = some[3];
  live.add({{.user_id = "u", .action = "view", .products = {seen}},
            {.user_id = "u", .action = "basket_add", .products = {carried, bought, removed}},
            {.user_id = "u", .action = "basket_delete", .products = {removed}},
            {.user_id = "u", .action = "order", .products = {bought}}});
  const auto all = live.recommend({.user_id = "u", .k = 20});
  for (const auto& id : {seen, carried, bought, removed}) EXPECT_TRUE(has(all, id)) << id;

  const auto unseen = live.recommend({.user_id = "u", .k = 20, .exclude_seen = true});
  EXPECT_FALSE(has(unseen, seen));
  EXPECT_TRUE(has(unseen, carried));
  const auto beside = live.recommend({.user_id = "u", .k = 20, .exclude_in_basket = true});
  EXPECT_FALSE(has(beside, carried));
  for (const auto& id : {seen, bought, removed}) EXPECT_TRUE(has(beside, id)) << id;
  const auto anew = live.recommend({.user_id = "u", .k = 20, .exclude_bought = true});
  EXPECT_FALSE(has(anew, bought));
  EXPECT_TRUE(has(anew, carried));
  EXPECT_EQ(anew.products.size(), 20U);
}

TEST_F(LiveRulesTest, ProposesByCategoryPriceAndWhatIsListed) {
  auto live = open();
  std::map<std::string, test::Product> by_id;
  for (const auto& product : products()) by_id.emplace(product.id, product);
  const auto known = Recommender::load(folder() / "bundle").products();
  const auto& wanted = by_id.at(popular(live).front()).category;
  std::size_t n_wanted = 0;
  for (const auto& id : known) n_wanted += by_id.contains(id) && by_id[id].category == wanted;
  const auto named = live.recommend({.k = 100, .categories = {wanted, "no such"}});
  EXPECT_GT(named.products.size(), 0U);
  EXPECT_LE(named.products.size(), n_wanted);
  for (const auto& id : ids(named)) EXPECT_EQ(by_id.at(id).category, wanted) << id;
  EXPECT_TRUE(live.recommend({.categories = {"no such"}}).products.empty());

  const auto cheap = live.recommend({.k = 100, .min_price = 10.0, .max_price = 500.0});
  EXPECT_GT(cheap.products.size(), 0U);
  for (const auto& id : ids(cheap)) {
    EXPECT_GE(by_id.at(id).price, 10) << id;
    EXPECT_LE(by_id.at(id).price, 500) << id;
  }
  live.add({{.user_id = "u", .action = "basket_add", .products = {"of today"}}});
  EXPECT_TRUE(has(live.recommend({.user_id = "u"}), "of today"));
  EXPECT_FALSE(has(live.recommend({.user_id = "u", .only_listed = true}), "of today"));
}

TEST_F(LiveRulesTest, BesideAProductAreItsNeighboursThenWhatSells) {
  const auto live = open();
  const auto known = Recommender::load(folder() / "bundle").products();
  bool is_any = false;
  for (const auto& product : known) {
    for (const std::string by : {"click_to_buy_6h", "bought_together_14d", "seen_together_1h"}) {
      const auto neighbours = live.similar(product, 100, by);
      if (neighbours.size() + 1 >= known.size()) continue;
      is_any = true;
      const auto n = neighbours.size();
      const auto beside =
          live.recommend({.k = static_cast<int>(n) + 1, .beside = product, .by = {by}});
      ASSERT_EQ(beside.products.size(), n + 1) << product << " by " << by;
      EXPECT_EQ(beside.fallback, n == 0 ? "popular" : "");
      EXPECT_EQ(beside.bundle, live.fingerprint());
      const auto all = ids(beside);
      EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), n + 1);
      EXPECT_FALSE(has(beside, product));
      for (std::size_t p = 0; p < n; ++p) {
        EXPECT_EQ(beside.products[p].product_id, neighbours[p].product_id);
        EXPECT_EQ(beside.products[p].score, neighbours[p].weight);
        EXPECT_EQ(beside.products[p].source, by);
      }
    }
  }
  EXPECT_TRUE(is_any) << "every product is every other one's neighbour";
  EXPECT_EQ(ids(live.recommend({.k = 4, .beside = "never heard of"})),
            ids(live.recommend({.k = 4})));
  EXPECT_THROW((void)live.recommend({.beside = known.front(), .by = {"no such model"}}), Error);
}

TEST(LiveOfMany, WhatSellsIsTheSameBesideAProductAndAlone) {
  const test::ScratchFolder scratch;
  const test::RandomShop config{.seed = 3, .n_users = 120, .n_items = 500, .n_events = 4000};
  write_file(scratch.path() / "shop" / "train_actions.csv",
             test::log_csv(test::random_events(config)));
  FitOptions options;
  options.params = {{"train.min_positives", "1"},
                    {"train.min_leaf_rows", "5"},
                    {"train.min_leaf_hessian", "0.01"},
                    {"train.rounds", "5"}};
  options.bundle = scratch.path() / "bundle";
  (void)fit(scratch.path() / "shop", options);
  auto live = Live::open(options.bundle);
  for (const int k : {8, 90, 300}) {
    const auto told = [k](const LiveAnswer& answer) {
      std::string text;
      for (const auto& product : answer.products) text += product.product_id + " ";
      return fmt::format("{} of {}: {}", answer.products.size(), k, text);
    };
    EXPECT_EQ(told(live.recommend({.k = k, .beside = "never heard of"})),
              told(live.recommend({.k = k})));
  }
}

TEST_F(LiveRulesTest, NeighboursAreNamedInTurnAndObeyTheRules) {
  auto live = open();
  const std::vector<std::string> by = {"seen_together_1h", "bought_together_14d"};
  const auto known = Recommender::load(folder() / "bundle").products();
  for (const auto& product : known) {
    const auto seen = live.similar(product, 100, by[0]);
    const auto bought = live.similar(product, 100, by[1]);
    if (seen.size() < 2 || bought.empty() || seen[0].product_id == bought[0].product_id) continue;
    const LiveQuery query{
        .user_id = "u", .k = 3, .exclude_seen = true, .beside = product, .by = by};
    const auto first = live.recommend(query);
    EXPECT_EQ(first.products[0].product_id, seen[0].product_id);
    EXPECT_EQ(first.products[0].source, by[0]);
    EXPECT_EQ(first.products[1].product_id, bought[0].product_id);
    EXPECT_EQ(first.products[1].source, by[1]);
    EXPECT_EQ(first.fallback, "") << "nothing else was needed";
    EXPECT_FALSE(first.p_buy.has_value()) << "a neighbour's weight is no likelihood";
    auto longer = query;
    longer.user_id = "nobody";
    longer.k = 50;
    EXPECT_EQ(live.recommend(longer).fallback, "") << "the product is known";
    EXPECT_TRUE(live.recommend(longer).p_buy.has_value());
    live.add({{.user_id = "u", .action = "view", .products = {seen[0].product_id}}});
    EXPECT_FALSE(has(live.recommend(query), seen[0].product_id));
    return;
  }
  FAIL() << "no product has neighbours by both models";
}

TEST_F(LiveRulesTest, NamesNoMoreOfWhatWasTouchedThanAsked) {
  auto live = open();
  const auto some = ids(live.recommend({.k = 12}));
  ASSERT_EQ(some.size(), 12U);
  for (std::size_t p = 0; p < 8; ++p) {
    live.add({{.user_id = "u", .action = "view", .products = {some[p]}}});
  }
  const auto n_touched = [&](const LiveAnswer& answer) {
    const auto all = ids(answer);
    return std::count_if(all.begin(), all.end(), [&](const auto& id) {
      return std::find(some.begin(), some.begin() + 8, id) != some.begin() + 8;
    });
  };
  const auto ranked = live.recommend({.user_id = "u", .k = 10});
  EXPECT_GT(n_touched(ranked), 3);
  const auto mixed = live.recommend({.user_id = "u", .k = 10, .max_touched = 3});
  EXPECT_EQ(n_touched(mixed), 3);
  EXPECT_EQ(mixed.products.size(), 10U);
  EXPECT_EQ(mixed.products[0].product_id, ranked.products[0].product_id);
  // of the customer, not of the list; the moments of the answers are not quite the same
  constexpr double kOfMoments = 1e-6;
  for (const auto& other : {mixed, live.recommend({.user_id = "u", .k = 1}),
                            live.recommend({.user_id = "u", .k = 50})}) {
    EXPECT_NEAR(other.p_buy.value(), ranked.p_buy.value(), kOfMoments);
  }
  // where there is nothing else, what was touched is named all the same
  const std::vector<std::string> only(some.begin(), some.begin() + 8);
  EXPECT_EQ(
      live.recommend({.user_id = "u", .k = 8, .only = only, .max_touched = 3}).products.size(), 8U);
}

TEST_F(LiveRulesTest, WhatTheShopSaysOfAProductCountsAtOnce) {
  auto live = open();
  const auto some = popular(live);
  live.put({{.product_id = some[0], .available = false},
            {.product_id = some[1], .price = 77'777, .category = "new"},
            {.product_id = "of tomorrow", .price = 77'777, .title = "Lamp"}});
  EXPECT_FALSE(has(live.recommend({}), some[0]));
  EXPECT_TRUE(has(live.recommend({.also_unavailable = true}), some[0]));
  EXPECT_EQ(ids(live.recommend({.min_price = 70'000})), (std::vector<std::string>{some[1]}));
  EXPECT_EQ(ids(live.recommend({.categories = {"new"}})), (std::vector<std::string>{some[1]}));
  // a product that the bundle does not know is proposed to who touched it
  live.add({{.user_id = "u", .action = "basket_add", .products = {"of tomorrow"}}});
  EXPECT_TRUE(has(live.recommend({.user_id = "u", .min_price = 70'000}), "of tomorrow"));
  live.put({{.product_id = "of tomorrow", .available = false}});
  EXPECT_FALSE(has(live.recommend({.user_id = "u"}), "of tomorrow"));
  live.swap(folder() / "bundle");
  EXPECT_FALSE(has(live.recommend({.user_id = "u"}), "of tomorrow"));
  EXPECT_FALSE(has(live.recommend({}), some[0]));
  live.put({{.product_id = some[0], .available = true}});
  EXPECT_TRUE(has(live.recommend({}), some[0]));
  EXPECT_EQ(
      live.product("of tomorrow"),
      (ProductFacts{
          .product_id = "of tomorrow", .price = 77'777, .available = false, .title = "Lamp"}));
  EXPECT_FALSE(live.product("never told of"));
  EXPECT_THROW(live.put({{.product_id = ""}}), Error);
  EXPECT_THROW(live.put({{.product_id = "a", .price = -1}}), Error);
}

TEST_F(LiveRulesTest, ALinkedVisitIsItsUsers) {
  auto live = open();
  const auto some = popular(live);
  const std::string last = some.back();
  live.add({{.visit_id = "guest", .action = "basket_add", .products = {last}}});
  const auto named = [&](const LiveQuery& query) {
    return live.recommend(query).products.front().product_id;
  };
  EXPECT_NE(named({.user_id = "u"}), last);
  live.link("guest", "u");
  EXPECT_EQ(named({.user_id = "u"}), last);
  EXPECT_EQ(live.events_of("u").size(), 1U);
  live.add({{.visit_id = "guest", .action = "view", .products = {some[0]}}});
  EXPECT_EQ(live.events_of("u").size(), 2U);
  EXPECT_EQ(live.events_of_visit("guest").size(), 2U) << "they are the user's";
  live.link("guest", "w");
  EXPECT_EQ(live.events_of("w").size(), 0U) << "a visit has one user";
  EXPECT_EQ(live.forget("u"), 2U);
  EXPECT_EQ(live.events_of_visit("guest").size(), 0U);
  live.add({{.visit_id = "guest", .action = "visit"}});
  EXPECT_EQ(live.events_of("u").size(), 0U) << "nobody's any more";
}

TEST_F(LiveRulesTest, ABundleOfTheFutureIsRefusedWhereItHasToAnswerNow) {
  auto later = events();
  for (auto& event : later) event.time += 66 * 365 * kUsPerDay;
  write_file(folder() / "later" / "train_actions.csv", test::log_csv(later));
  FitOptions options{.bundle = folder() / "of the future"};
  options.params = {{"train.min_positives", "1"}, {"train.rounds", "1"}};
  (void)fit(folder() / "later", options);
  EXPECT_NO_THROW((void)Live::open(options.bundle));
  EXPECT_THROW((void)Live::open(options.bundle, {.answers_now = true}), Error);
  auto live = Live::open(folder() / "bundle", {.answers_now = true});
  try {
    live.swap(options.bundle);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("own clock; name that clock's time zone"),
              std::string::npos)
        << error.what();
  }
  EXPECT_NO_THROW((void)live.recommend({}));
}

TEST_F(LiveRulesTest, CheckedEventsAreTakenInAsTold) {
  auto live = open();
  const auto kept = live.check({{.user_id = "u",
                                 .action = "2",
                                 .products = {"a", "b"},
                                 .page = 3,
                                 .device = "d",
                                 .time = "2024-03-12T10:00:00"},
                                {.visit_id = "v", .action = "visit"}});
  EXPECT_EQ(live.n_events(), 0U);
  ASSERT_EQ(kept.size(), 2U);
  const KeptEvent first{.customer = "u",
                        .action = 2,
                        .product = "a",
                        .page = 3,
                        .device = "d",
                        .time_us = *parse_time("2024-03-12T10:00:00")};
  auto second = first;
  second.product = "b";
  EXPECT_EQ(kept[0], (std::vector<KeptEvent>{first, second}));
  ASSERT_EQ(kept[1].size(), 1U);
  EXPECT_TRUE(kept[1][0].is_visit);
  EXPECT_EQ(kept[1][0].product, "");
  EXPECT_EQ(live.add_kept(kept[0]), 2U);
  EXPECT_EQ(live.add_kept(kept[0]), 0U) << "the very same events count once";
  EXPECT_EQ(live.events_of("u"), kept[0]);
  EXPECT_TRUE(live.events_of("v").empty()) << "that is a visit";
  live.add({{.user_id = "w", .action = "view"}});
  EXPECT_EQ(live.forget_users([](std::string_view id) { return id == "u"; }), 1U);
  EXPECT_EQ(live.n_events(), 1U);
}

TEST_F(LiveRulesTest, KeptEventsAreWrittenAsALog) {
  auto live = open();
  std::vector<LiveEvent> told;
  for (const auto& event : events()) {
    told.push_back({.user_id = event.user,
                    .action = std::string(name(event.action)),
                    .page = event.page,
                    .device = event.device,
                    .time = format_time(event.time)});
    if (!event.item.empty()) told.back().products = {event.item};
  }
  told.push_back({.visit_id = "v", .action = "visit"});
  const auto kept = live.check(told);
  std::size_t n_given = 0;
  const auto file = folder() / "written" / "train_actions.parquet";
  EXPECT_EQ(write_log(file,
                      [&]() -> std::vector<LogRow> {
                        if (n_given == kept.size()) return {};
                        std::vector<LogRow> rows;
                        for (const auto& event : kept[n_given++]) rows.push_back({event, "r"});
                        return rows;
                      }),
            events().size());
  auto other = open();
  live.add(told);
  EXPECT_EQ(other.add_log(file) + 1, live.n_events());
  for (const auto& event : events()) {
    EXPECT_EQ(other.events_of(event.user), live.events_of(event.user));
  }
}

}  // namespace
}  // namespace vitrina
