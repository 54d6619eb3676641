#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/action.hpp"
#include "core/progress.hpp"
#include "simulate/shop.hpp"

namespace vitrina::simulate {

/// A shop of `scale` with all else at its default.
inline SimulatedShop make_shop(double scale, std::uint64_t seed, int threads = 2) {
  SimulateConfig config;
  config.scale = scale;
  SilentProgress progress;
  return simulate(config, seed, threads, progress);
}

/// The shop most tests look at, made once a process.
inline const SimulatedShop& small_shop() {
  static const SimulatedShop kShop = make_shop(0.05, 3);
  return kShop;
}

inline std::uint32_t junk_user(const SimulatedShop& shop) {
  return static_cast<std::uint32_t>(shop.user_ids.size() - 1);
}
inline std::uint32_t junk_item(const SimulatedShop& shop) {
  return static_cast<std::uint32_t>(shop.item_ids.size() - 1);
}

inline TimeUs day_start(int day) { return kLogStart + day * kUsPerDay; }

/// Rows of each action before `end` after exploding the products, as the case counts them.
inline std::array<double, kActionCount> exploded_rows(const SimulatedShop& shop, TimeUs end) {
  std::array<double, kActionCount> rows{};
  for (std::size_t e = 0; e < shop.n_events() && shop.time[e] < end; ++e) {
    rows[shop.action[e]] += std::max<double>(1.0, static_cast<double>(shop.products.row(e).size()));
  }
  return rows;
}

/// Distinct users with an action in [from, to).
inline std::set<std::uint32_t> users_with(const SimulatedShop& shop, Action action, TimeUs from,
                                          TimeUs to) {
  std::set<std::uint32_t> users;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.action[e] == code(action) && shop.time[e] >= from && shop.time[e] < to) {
      users.insert(shop.user[e]);
    }
  }
  return users;
}

using UserProduct = std::pair<std::uint32_t, std::uint32_t>;

/// Distinct pairs of a known user and a known product in [from, to): bought ones, or all.
inline std::set<UserProduct> pairs(const SimulatedShop& shop, TimeUs from, TimeUs to,
                                   bool only_bought) {
  std::set<UserProduct> found;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.time[e] < from || shop.time[e] >= to || shop.user[e] == junk_user(shop)) continue;
    if (only_bought && shop.action[e] != code(Action::kOrder)) continue;
    for (const auto product : shop.products.row(e)) {
      if (product != junk_item(shop)) found.emplace(shop.user[e], product);
    }
  }
  return found;
}

}  // namespace vitrina::simulate
