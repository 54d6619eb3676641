#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "models/popularity.hpp"
#include "support/random_shop.hpp"

// Popularity by counting the log again for every number.

namespace vitrina::models {
namespace {

/// Sums are taken in whole numbers there and in doubles here, and kept as floats there.
constexpr double kTolerance = 1e-4;

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

struct World {
  explicit World(std::uint64_t seed)
      : events(test::random_events({.seed = seed})),
        shop(test::shop_of(events, test::random_catalog({.seed = seed}))),
        distinct(events.begin(), events.end()),
        model(Popularity::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config)) {}

  /// The product's distinct events before the cut that name it as more than a search does.
  [[nodiscard]] std::vector<test::Event> traces(std::string_view item) const {
    std::vector<test::Event> found;
    for (const auto& event : distinct) {
      const bool is_trace = product_action_slot(event.action) < kProductActionCount;
      if (is_trace && event.item == item && event.time < kCut) found.push_back(event);
    }
    return found;
  }

  PopularityConfig config{.half_life_days = 2,
                          .view_weight = 0.5,
                          .basket_weight = 1,
                          .order_weight = 3,
                          .category_depth = 3};
  std::vector<test::Event> events;
  Shop shop;
  std::set<test::Event> distinct;
  Popularity model;
};

TEST(PopularityOracle, CountsOfEveryProduct) {
  std::size_t n_touched = 0;
  for (const auto seed : test::property_seeds(3)) {
    const World world(seed);
    for (std::size_t i = 0; i < world.shop.items.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << world.shop.items.text(i));
      const auto traces = world.traces(world.shop.items.text(i));
      const auto& stats = world.model.stats(ItemIdx(i));
      std::set<std::string> users;
      std::set<std::string> buyers;
      TimeUs first = kNoTime;
      TimeUs last = kNoTime;
      for (const auto& event : traces) {
        users.insert(event.user);
        if (event.action == Action::kOrder) buyers.insert(event.user);
        if (first == kNoTime || event.time < first) first = event.time;
        last = std::max(last, event.time);
      }
      EXPECT_EQ(stats.n_users, static_cast<float>(users.size()));
      EXPECT_EQ(stats.n_buyers, static_cast<float>(buyers.size()));
      EXPECT_EQ(stats.first, first);
      EXPECT_EQ(stats.last, last);
      for (std::size_t a = 0; a < kProductActionCount; ++a) {
        for (std::size_t w = 0; w < kPopularityWindowCount; ++w) {
          const auto n = std::count_if(traces.begin(), traces.end(), [&](const auto& event) {
            return event.action == kProductActions[a] &&
                   to_days(kCut - event.time) <= kPopularityDays[w];
          });
          EXPECT_EQ(stats.count[a][w], static_cast<float>(n));
        }
      }
      n_touched += traces.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(n_touched, 20U);
}

double naive_score(const World& world, std::string_view item) {
  const std::map<Action, double> worth{{Action::kView, world.config.view_weight},
                                       {Action::kLike, world.config.view_weight},
                                       {Action::kBasketAdd, world.config.basket_weight},
                                       {Action::kOrder, world.config.order_weight}};
  double score = 0;
  for (const auto& event : world.traces(item)) {
    const auto it = worth.find(event.action);
    if (it == worth.end()) continue;
    score += it->second * std::exp2(-to_days(kCut - event.time) / world.config.half_life_days);
  }
  return score;
}

TEST(PopularityOracle, ScoresAndRanking) {
  for (const auto seed : test::property_seeds(3)) {
    SCOPED_TRACE(seed);
    const World world(seed);
    std::set<ItemIdx> ranked;
    double before = 1e9;
    std::uint32_t place = 0;
    for (const auto item : world.model.ranking()) {
      const auto id = world.shop.items.external(item);
      EXPECT_TRUE(ranked.insert(item).second) << id << " twice";
      const double score = naive_score(world, id);
      EXPECT_NEAR(world.model.stats(item).score, score, kTolerance * (1 + score)) << id;
      EXPECT_LE(score, before * (1 + kTolerance)) << id;
      EXPECT_EQ(world.model.position(item), place++) << id;
      before = score;
    }
    // what is not ranked was not seen before the cut
    for (std::size_t i = 0; i < world.shop.items.size(); ++i) {
      const std::string id(world.shop.items.text(i));
      EXPECT_EQ(ranked.contains(ItemIdx(i)), !world.traces(id).empty()) << id;
      if (ranked.contains(ItemIdx(i))) continue;
      EXPECT_EQ(world.model.position(ItemIdx(i)), ranked.size()) << id;
    }
  }
}

TEST(PopularityOracle, BestOfEveryCategory) {
  std::size_t n_cut = 0;
  for (const auto seed : test::property_seeds(3)) {
    const World world(seed);
    for (std::size_t c = 0; c < world.shop.categories.size(); ++c) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << world.shop.categories.text(c));
      std::vector<ItemIdx> expected;
      for (const auto item : world.model.ranking()) {
        const bool is_inside = world.shop.catalog.category[item.value] == CategoryIdx(c);
        if (is_inside && world.model.stats(item).first != kNoTime) expected.push_back(item);
      }
      n_cut += expected.size() > 3 ? 1 : 0;
      expected.resize(std::min<std::size_t>(expected.size(), 3));
      const auto found = world.model.in_category(CategoryIdx(c));
      EXPECT_EQ(std::vector<ItemIdx>(found.begin(), found.end()), expected);
    }
  }
  EXPECT_GT(n_cut, 0U) << "the depth never mattered";
}

}  // namespace
}  // namespace vitrina::models
