#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "models/repurchase.hpp"
#include "support/random_shop.hpp"

// Rates of buying again by going through the days of waiting one slice after the other.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

/// The model keeps floats and adds in another order.
constexpr double kTolerance = 1e-4;

constexpr double kShopPriorDays = 50;
constexpr double kPriorIntervals = 5;

struct Wait {
  std::string thing;
  double days;
  bool is_repeat;
};

struct World {
  explicit World(std::uint64_t seed)
      : events(test::random_events({.seed = seed, .n_events = 4000})),
        products(test::random_catalog({.seed = seed})),
        shop(test::shop_of(events, products)),
        model(Repurchase::fit({shop, kCut, kUsPerDay, 20, 10, 1}, config)) {
    for (const auto& product : products) category[product.id] = product.category;
    for (const auto& event : events) {
      if (event.time >= kCut || event.action != Action::kOrder || event.item.empty()) continue;
      by_product[{event.user, event.item}].insert(event.time);
      by_category[{event.user, category[event.item]}].insert(event.time);
    }
  }

  using Times = std::map<std::pair<std::string, std::string>, std::set<TimeUs>>;

  /// Times of one user and thing without those that follow another within 6 hours.
  static std::vector<TimeUs> occasions(const std::set<TimeUs>& times) {
    std::vector<TimeUs> kept;
    TimeUs before = kNoTime;
    for (const auto time : times) {
      if (before == kNoTime || time - before >= 6 * kUsPerHour) kept.push_back(time);
      before = time;
    }
    return kept;
  }

  static std::vector<Wait> waits(const Times& all) {
    std::vector<Wait> found;
    for (const auto& [key, times] : all) {
      const auto kept = occasions(times);
      for (std::size_t i = 0; i < kept.size(); ++i) {
        const bool is_repeat = i + 1 < kept.size();
        const TimeUs end = is_repeat ? kept[i + 1] : kCut;
        found.push_back({key.second, to_days(end - kept[i]), is_repeat});
      }
    }
    return found;
  }

  RepurchaseConfig config{.min_days = 0,
                          .category_prior_days = 30,
                          .product_prior_repeats = 2,
                          .share_prior_buyers = 4};
  std::vector<test::Event> events;
  std::vector<test::Product> products;
  Shop shop;
  Repurchase model;
  std::map<std::string, std::string> category;
  Times by_product;
  Times by_category;
};

struct Slice {
  double begin;
  double end;
};

Slice slice_of(double days) {
  Slice slice{0, 1e9};
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    if (kRepurchaseAges[a] > days) {
      slice.end = kRepurchaseAges[a];
      break;
    }
    slice.begin = kRepurchaseAges[a];
  }
  return slice;
}

/// (repeats, days) inside the slice of the waits that `is_wanted` lets through.
template <class IsWanted>
std::pair<double, double> inside(const std::vector<Wait>& waits, Slice slice,
                                 IsWanted&& is_wanted) {
  double repeats = 0;
  double days = 0;
  for (const auto& wait : waits) {
    if (!is_wanted(wait)) continue;
    days += std::max(0.0, std::min(wait.days, slice.end) - slice.begin);
    repeats += wait.is_repeat && wait.days >= slice.begin && wait.days < slice.end ? 1 : 0;
  }
  return {repeats, days};
}

template <class IsWanted>
double naive_rate(const std::vector<Wait>& waits, double at_days, double prior_days,
                  IsWanted&& is_of_category) {
  const auto everything = [](const Wait&) { return true; };
  const auto [all_repeats, all_days] = inside(waits, {0, 1e9}, everything);
  const double mean = (all_repeats + 0.5) / (all_days + kShopPriorDays);
  const auto slice = slice_of(at_days);
  const auto [shop_repeats, shop_days] = inside(waits, slice, everything);
  const double shop = (shop_repeats + mean * kShopPriorDays) / (shop_days + kShopPriorDays);
  const auto [repeats, days] = inside(waits, slice, is_of_category);
  return (repeats + prior_days * shop) / (days + prior_days);
}

TEST(RepurchaseOracle, CategoryRates) {
  for (const auto seed : test::property_seeds(3)) {
    const World world(seed);
    const auto waits = World::waits(world.by_category);
    for (std::size_t c = 0; c < world.shop.categories.size(); ++c) {
      const auto name = world.shop.categories.text(c);
      for (const double days : {0.0, 0.3, 1.0, 3.7, 10.0, 50.0}) {
        const double expected =
            naive_rate(waits, days, 30, [&](const Wait& wait) { return wait.thing == name; });
        EXPECT_NEAR(world.model.category_rate(CategoryIdx(c), days), expected,
                    kTolerance * expected)
            << "seed " << seed << " " << name << " after " << days;
      }
    }
  }
}

TEST(RepurchaseOracle, ProductRates) {
  std::set<float> values;
  for (const auto seed : test::property_seeds(2)) {
    World world(seed);
    const auto waits = World::waits(world.by_product);
    for (std::size_t i = 0; i < world.shop.items.size(); ++i) {
      const std::string item(world.shop.items.text(i));
      const auto is_of_category = [&](const Wait& wait) {
        return world.category[wait.thing] == world.category[item];
      };
      double repeats = 0;
      double expected = 0;
      for (const auto& wait : waits) {
        if (wait.thing != item) continue;
        repeats += wait.is_repeat ? 1 : 0;
        for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
          const auto slice = slice_of(kRepurchaseAges[a]);
          const double length = std::max(0.0, std::min(wait.days, slice.end) - slice.begin);
          if (length > 0) expected += length * naive_rate(waits, slice.begin, 30, is_of_category);
        }
      }
      const double rate =
          naive_rate(waits, 2.5, 30, is_of_category) * (repeats + 2) / (expected + 2);
      EXPECT_NEAR(world.model.product_rate(ItemIdx(i), world.shop.catalog.category[i], 2.5), rate,
                  kTolerance * rate)
          << "seed " << seed << " " << item;
      values.insert(world.model.product_rate(ItemIdx(i), world.shop.catalog.category[i], 2.5));
    }
  }
  EXPECT_GT(values.size(), 10U);
}

TEST(RepurchaseOracle, SharesAndMeanIntervals) {
  for (const auto seed : test::property_seeds(2)) {
    World world(seed);
    double shop_buyers = 0;
    double shop_repeaters = 0;
    std::map<std::string, double> buyers;
    std::map<std::string, double> repeaters;
    std::map<std::string, double> category_buyers;
    std::map<std::string, double> category_repeaters;
    for (const auto& [key, times] : world.by_product) {
      const double again = World::occasions(times).size() > 1 ? 1 : 0;
      shop_buyers += 1;
      shop_repeaters += again;
      buyers[key.second] += 1;
      repeaters[key.second] += again;
      category_buyers[world.category[key.second]] += 1;
      category_repeaters[world.category[key.second]] += again;
    }
    EXPECT_GT(shop_repeaters, 5);
    const auto waits = World::waits(world.by_product);
    const auto mean = [&](auto&& is_wanted, double prior, double reference) {
      double days = prior * reference;
      double n = prior;
      for (const auto& wait : waits) {
        if (!wait.is_repeat || !is_wanted(wait)) continue;
        days += wait.days;
        n += 1;
      }
      return days / n;
    };
    const double shop_mean = mean([](const Wait&) { return true; }, 0, 0);
    for (std::size_t i = 0; i < world.shop.items.size(); ++i) {
      const std::string item(world.shop.items.text(i));
      const auto category = world.category[item];
      const double of_category =
          (category_repeaters[category] + 4 * shop_repeaters / (shop_buyers + 1)) /
          (category_buyers[category] + 4);
      const double share = (repeaters[item] + 4 * of_category) / (buyers[item] + 4);
      EXPECT_NEAR(world.model.repeat_share(ItemIdx(i), world.shop.catalog.category[i]), share,
                  kTolerance)
          << item;
      const double days =
          mean([&](const Wait& wait) { return world.category[wait.thing] == category; },
               kPriorIntervals, shop_mean);
      EXPECT_NEAR(world.model.expected_days(world.shop.catalog.category[i]), days,
                  kTolerance * days)
          << item;
    }
  }
}

}  // namespace
}  // namespace vitrina::models
