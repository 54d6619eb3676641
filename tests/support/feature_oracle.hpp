#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

namespace vitrina::test {

inline constexpr TimeUs kOracleCut = kOpening + 8 * kUsPerDay;

/// Sums are taken in floats there and in doubles here.
inline constexpr double kOracleTolerance = 1e-4;

/// A random shop, its engine with everything switched on, and the distinct events before the cut
/// that a naive count goes through.
struct World {
  explicit World(std::uint64_t seed)
      : products(random_catalog({.seed = seed})),
        shop(shop_of(random_events({.seed = seed}), products)),
        models(fit_at(shop, kOracleCut)),
        engine(shop, models, small_shop_params()) {
    const auto events = random_events({.seed = seed});
    const std::set<Event> distinct(events.begin(), events.end());
    std::copy_if(distinct.begin(), distinct.end(), std::back_inserter(past),
                 [](const Event& event) { return event.time < kOracleCut; });
    for (const auto& product : products) category_of[product.id] = product.category;
  }

  /// Distinct past events for which `is_wanted` holds.
  template <class IsWanted>
  [[nodiscard]] std::vector<Event> where(IsWanted&& is_wanted) const {
    std::vector<Event> found;
    std::copy_if(past.begin(), past.end(), std::back_inserter(found), is_wanted);
    return found;
  }

  [[nodiscard]] std::size_t column(std::string_view name) const {
    const auto& names = engine.column_names();
    const auto it = std::find(names.begin(), names.end(), name);
    EXPECT_NE(it, names.end()) << name;
    return static_cast<std::size_t>(it - names.begin());
  }

  std::vector<Product> products;
  std::map<std::string, std::string> category_of;
  Shop shop;
  models::ModelSet models;
  engine::Engine engine;
  std::vector<Event> past;
};

inline bool is_trace(const Event& event) {
  return !event.item.empty() && product_action_slot(event.action) < kProductActionCount;
}

/// Compares a column with `naive(user, item)` for every candidate of every user; NaN is unknown.
template <class Naive>
void expect_column(const std::string& name, Naive&& naive) {
  std::set<float> values;
  for (const auto seed : property_seeds(2)) {
    const World world(seed);
    const std::size_t column = world.column(name);
    const std::size_t stride = world.engine.column_names().size();
    for (std::size_t u = 0; u < world.shop.users.size(); ++u) {
      const auto block = block_of(world.engine, world.shop, kOracleCut, UserIdx(u));
      const std::string user(world.shop.users.text(u));
      for (std::size_t r = 0; r < block.n_rows(); ++r) {
        const std::string item(world.shop.items.external(block.item[r]));
        const float found = block.features[r * stride + column];
        const double expected = naive(world, user, item);
        ASSERT_EQ(std::isnan(found), std::isnan(expected)) << name << " " << user << " " << item;
        if (std::isnan(found)) continue;
        ASSERT_NEAR(found, expected, kOracleTolerance * (1 + std::abs(expected)))
            << name << " " << user << " " << item;
        values.insert(found);
      }
    }
  }
  EXPECT_GT(values.size(), 1U) << name << " is the same everywhere";
}

inline double last_age_hours(const std::vector<Event>& events) {
  if (events.empty()) return std::nan("");
  TimeUs last = kNoTime;
  for (const auto& event : events) last = std::max(last, event.time);
  return to_hours(kOracleCut - last);
}

}  // namespace vitrina::test
