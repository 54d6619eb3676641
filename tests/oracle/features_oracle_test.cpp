#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "support/feature_oracle.hpp"

// Main feature columns of every group against counting the raw log again.

namespace vitrina::engine {
namespace {

using test::expect_column;
using test::is_trace;
using test::last_age_hours;
using test::World;

constexpr TimeUs kCut = test::kOracleCut;

auto of_pair(const std::string& user, const std::string& item, Action action) {
  return
      [=](const test::Event& e) { return e.user == user && e.item == item && e.action == action; };
}

TEST(FeaturesOracle, PairCountsAndAges) {
  for (const auto action : {Action::kView, Action::kBasketAdd, Action::kOrder}) {
    const auto prefix = "pair__" + std::string(name(action));
    expect_column(prefix + "_count", [&](const World& world, const auto& user, const auto& item) {
      return static_cast<double>(world.where(of_pair(user, item, action)).size());
    });
    expect_column(prefix + "_age_hours",
                  [&](const World& world, const auto& user, const auto& item) {
                    return last_age_hours(world.where(of_pair(user, item, action)));
                  });
  }
}

TEST(FeaturesOracle, PairDecaySums) {
  expect_column("pair__view_decayed_24h",
                [](const World& world, const auto& user, const auto& item) {
                  double sum = 0;
                  for (const auto& event : world.where(of_pair(user, item, Action::kView))) {
                    sum += std::exp2(-to_hours(kCut - event.time) / 24);
                  }
                  return sum;
                });
}

/// The last time of the events, or NaN.
double last_hours(const std::vector<test::Event>& events) { return -last_age_hours(events); }

TEST(FeaturesOracle, PairState) {
  const auto touches_of = [](const World& world, std::string_view user, std::string_view item) {
    return world.where(
        [&](const test::Event& e) { return e.user == user && e.item == item && is_trace(e); });
  };
  expect_column("pair__since_order_hours",
                [&](const World& world, const auto& user, const auto& item) {
                  return last_hours(touches_of(world, user, item)) -
                         last_hours(world.where(of_pair(user, item, Action::kOrder)));
                });
  expect_column("pair__days", [&](const World& world, const auto& user, const auto& item) {
    std::set<TimeUs> days;
    for (const auto& event : touches_of(world, user, item)) days.insert(event.time / kUsPerDay);
    return static_cast<double>(days.size());
  });
  expect_column("pair__in_last_visit", [&](const World& world, const auto& user, const auto& item) {
    std::set<TimeUs> times;
    for (const auto& event : world.past) {
      if (event.user == user) times.insert(event.time);
    }
    TimeUs start = kNoTime;  // of the last visit
    TimeUs before = kNoTime;
    for (const auto time : times) {
      if (before == kNoTime || time - before > kVisitGap) start = time;
      before = time;
    }
    for (const auto& event : touches_of(world, user, item)) {
      if (event.time >= start) return 1.0;
    }
    return 0.0;
  });
}

TEST(FeaturesOracle, ItemCountsByWindow) {
  expect_column("item__basket_add_3d", [](const World& world, const auto&, const auto& item) {
    return static_cast<double>(world
                                   .where([&](const test::Event& e) {
                                     return e.item == item && e.action == Action::kBasketAdd &&
                                            to_days(kCut - e.time) <= 3;
                                   })
                                   .size());
  });
  expect_column("item__users", [](const World& world, const auto&, const auto& item) {
    std::set<std::string> users;
    for (const auto& event : world.past) {
      if (event.item == item && is_trace(event)) users.insert(event.user);
    }
    return static_cast<double>(users.size());
  });
}

TEST(FeaturesOracle, ItemAgeIsTheTimeSinceItsFirstEvent) {
  // the add date of a catalog is refreshed: it is no evidence of a product's age
  expect_column("item__first_age_hours", [](const World& world, const auto&, const auto& item) {
    TimeUs first = kNoTime;
    for (const auto& event : world.past) {
      if (event.item != item || !is_trace(event)) continue;
      if (first == kNoTime || event.time < first) first = event.time;
    }
    return first == kNoTime ? std::nan("") : to_hours(kCut - first);
  });
}

TEST(FeaturesOracle, UserCountsVisitsAndDays) {
  expect_column("user__view_1d", [](const World& world, const auto& user, const auto&) {
    return static_cast<double>(world
                                   .where([&](const test::Event& e) {
                                     return e.user == user && e.action == Action::kView &&
                                            to_days(kCut - e.time) <= 1;
                                   })
                                   .size());
  });
  expect_column("user__days", [](const World& world, const auto& user, const auto&) {
    std::set<TimeUs> days;
    for (const auto& event : world.past) {
      if (event.user == user) days.insert(event.time / kUsPerDay);
    }
    return static_cast<double>(days.size());
  });
  expect_column("user__visits", [](const World& world, const auto& user, const auto&) {
    std::set<TimeUs> times;
    for (const auto& event : world.past) {
      if (event.user == user) times.insert(event.time);
    }
    double visits = 0;
    TimeUs before = kNoTime;
    for (const auto time : times) {
      if (before == kNoTime || time - before > kVisitGap) ++visits;
      before = time;
    }
    return visits;
  });
}

TEST(FeaturesOracle, UserAges) {
  expect_column("user__order_age_hours", [](const World& world, const auto& user, const auto&) {
    return last_age_hours(world.where(
        [&](const test::Event& e) { return e.user == user && e.action == Action::kOrder; }));
  });
  expect_column("user__last_age_hours", [](const World& world, const auto& user, const auto&) {
    return last_age_hours(world.where([&](const test::Event& e) { return e.user == user; }));
  });
}

/// The user's last ten products, newest first, ties by id.
std::vector<std::pair<TimeUs, std::string>> last_products(const World& world,
                                                          std::string_view user) {
  std::map<std::string, TimeUs> last;
  for (const auto& event : world.past) {
    if (event.user != user || !is_trace(event)) continue;
    const auto it = last.emplace(event.item, event.time).first;
    it->second = std::max(it->second, event.time);
  }
  std::vector<std::pair<TimeUs, std::string>> products;
  for (const auto& [item, time] : last) products.emplace_back(-time, item);
  std::sort(products.begin(), products.end());
  products.resize(std::min<std::size_t>(products.size(), 10));
  return products;
}

TEST(FeaturesOracle, NearnessToTheLastProducts) {
  expect_column("item_item__seen_together_1h_sum", [](const World& world, const auto& user,
                                                      const auto& item) {
    double sum = 0;
    for (const auto& [minus_time, product] : last_products(world, user)) {
      const auto row = world.models.covisitation->neighbours(2, test::item_of(world.shop, product));
      for (const auto& entry : row) {
        if (world.shop.items.external(entry.id) != item) continue;
        sum += std::exp2(-to_days(kCut + minus_time)) * double{entry.score};
      }
    }
    return sum;
  });
  expect_column("item_item__title_similarity_max",
                [](const World& world, const auto& user, const auto& item) {
                  double best = std::nan("");
                  for (const auto& [minus_time, product] : last_products(world, user)) {
                    if (product == item) continue;
                    const auto x = world.shop.catalog.vector(test::item_of(world.shop, item));
                    const auto y = world.shop.catalog.vector(test::item_of(world.shop, product));
                    double cosine = 0;
                    for (std::size_t d = 0; d < x.size(); ++d)
                      cosine += double{x[d]} * double{y[d]};
                    best = std::isnan(best) ? cosine : std::max(best, cosine);
                  }
                  return best;
                });
}

TEST(FeaturesOracle, CategoryViews) {
  expect_column("category__views", [](const World& world, const auto& user, const auto& item) {
    const auto it = world.category_of.find(item);
    if (it == world.category_of.end() || it->second.empty()) return 0.0;
    double views = 0;
    for (const auto& event : world.past) {
      if (event.user != user || event.action != Action::kView) continue;
      const auto other = world.category_of.find(event.item);
      views += other != world.category_of.end() && other->second == it->second ? 1 : 0;
    }
    return views;
  });
}

TEST(FeaturesOracle, TheProductsShareOfTheCategory) {
  expect_column("category__product_share",
                [](const World& world, const auto& user, const auto& item) {
                  const auto it = world.category_of.find(item);
                  if (it == world.category_of.end() || it->second.empty()) return std::nan("");
                  double own = 0;
                  double all = 0;
                  for (const auto& event : world.past) {
                    if (event.user != user || !is_trace(event)) continue;
                    const auto other = world.category_of.find(event.item);
                    if (other == world.category_of.end() || other->second != it->second) continue;
                    const double worth = std::exp2(-to_days(kCut - event.time) / 2);
                    all += worth;
                    own += event.item == item ? worth : 0;
                  }
                  return all > 0 ? own / all : std::nan("");
                });
}

TEST(FeaturesOracle, CategoryAge) {
  expect_column("category__last_age_hours",
                [](const World& world, const auto& user, const auto& item) {
                  const auto category = [&](const std::string& id) {
                    const auto it = world.category_of.find(id);
                    return it == world.category_of.end() ? std::string() : it->second;
                  };
                  if (category(item).empty()) return std::nan("");
                  return last_age_hours(world.where([&](const test::Event& e) {
                    return e.user == user && is_trace(e) && category(e.item) == category(item);
                  }));
                });
}

TEST(FeaturesOracle, GeneratorScoresAndRanks) {
  expect_column("generators__votes", [](const World& world, const auto& user, const auto& item) {
    const auto history = test::history_of(world.shop.events, test::user_of(world.shop, user), kCut);
    double votes = 0;
    for (std::size_t g = 0; g < world.engine.generator_names().size(); ++g) {
      for (const auto& entry : test::list_of(world.engine, g, history)) {
        votes += world.shop.items.external(entry.id) == item ? 1 : 0;
      }
    }
    return votes;
  });
  expect_column("generators__popular_rank", [](const World& world, const auto& user,
                                               const auto& item) {
    const auto history = test::history_of(world.shop.events, test::user_of(world.shop, user), kCut);
    const auto& names = world.engine.generator_names();
    const auto g =
        static_cast<std::size_t>(std::find(names.begin(), names.end(), "popular") - names.begin());
    const auto list = test::list_of(world.engine, g, history);
    for (std::size_t r = 0; r < list.size(); ++r) {
      if (world.shop.items.external(list[r].id) == item) return static_cast<double>(r);
    }
    return std::nan("");
  });
}

TEST(FeaturesOracle, ListRankCountsTheBetterOnes) {
  expect_column("list__events_rank", [](const World& world, const auto& user, const auto& item) {
    const auto n_events = [&](std::string_view product) {
      return world
          .where([&](const test::Event& e) {
            return e.user == user && e.item == product && is_trace(e);
          })
          .size();
    };
    const auto block =
        test::block_of(world.engine, world.shop, kCut, test::user_of(world.shop, user));
    double better = 0;
    for (const auto other : block.item) {
      better += n_events(world.shop.items.external(other)) > n_events(item) ? 1 : 0;
    }
    return better;
  });
}

}  // namespace
}  // namespace vitrina::engine
