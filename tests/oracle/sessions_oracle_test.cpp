#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/user_history.hpp"
#include "models/sessions.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

// VMIS-kNN by the paper's equations: every past visit is compared with the user's last products,
// sums are doubles in maps, nothing is indexed.

namespace vitrina::models {
namespace {

/// Sums are taken in floats there and in doubles here.
constexpr double kTolerance = 1e-4;

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

struct Visit {
  std::string user;
  TimeUs end = 0;
  std::map<std::string, Action> products;  ///< with the strongest action
};

bool counts(Action action) {
  return action == Action::kView || action == Action::kLike || action == Action::kBasketAdd ||
         action == Action::kOrder;
}

int strength(Action action) {
  if (action == Action::kOrder) return 2;
  return action == Action::kBasketAdd ? 1 : 0;
}

std::vector<test::Event> past_of(const std::vector<test::Event>& events) {
  std::vector<test::Event> past;
  for (const auto& event : events) {
    if (event.time < kCut) past.push_back(event);
  }
  std::sort(past.begin(), past.end(), [](const test::Event& a, const test::Event& b) {
    return std::tie(a.user, a.time) < std::tie(b.user, b.time);
  });
  return past;
}

/// All visits, those of one product too, oldest first (users in order where ends tie).
std::vector<Visit> naive_visits(const std::vector<test::Event>& past) {
  std::vector<Visit> visits;
  for (const auto& event : past) {
    if (visits.empty() || visits.back().user != event.user ||
        event.time - visits.back().end > kUsPerHour / 2) {
      visits.push_back({event.user, event.time, {}});
    }
    visits.back().end = event.time;
    if (event.item.empty() || !counts(event.action)) continue;
    const auto it = visits.back().products.emplace(event.item, event.action).first;
    if (strength(event.action) > strength(it->second)) it->second = event.action;
  }
  std::stable_sort(visits.begin(), visits.end(),
                   [](const Visit& a, const Visit& b) { return a.end < b.end; });
  return visits;
}

/// The user's last products, newest first, ties by id.
std::vector<std::string> last_products(const std::vector<test::Event>& past,
                                       const std::string& user, std::size_t limit) {
  std::map<std::string, TimeUs> last;
  for (const auto& event : past) {
    if (event.user != user || event.item.empty()) continue;
    if (product_action_slot(event.action) == kProductActionCount) continue;
    const auto it = last.emplace(event.item, event.time).first;
    it->second = std::max(it->second, event.time);
  }
  std::vector<std::pair<TimeUs, std::string>> order;
  for (const auto& [item, time] : last) order.emplace_back(-time, item);
  std::sort(order.begin(), order.end());
  std::vector<std::string> items;
  for (const auto& entry : order) items.push_back(entry.second);
  items.resize(std::min(items.size(), limit));
  return items;
}

struct NaiveVote {
  double score = 0;
  double best_similarity = 0;
  std::size_t n_sessions = 0;
};

struct Similar {
  double similarity = 0;
  std::size_t visit = 0;
  std::size_t newest_place = 0;
};

/// Whether a visit is the user's own, or cannot be told from such: it ended when one of these did
/// and is of nothing but the user's products.
bool is_as_own(const Visit& visit, const std::string& user, const std::vector<test::Event>& past) {
  const auto of_user = [&](const auto& wanted) {
    return std::any_of(past.begin(), past.end(), [&](const test::Event& event) {
      return event.user == user && wanted(event);
    });
  };
  const bool ends_with_own = of_user([&](const test::Event& event) {
    return event.time == visit.end && !of_user([&](const test::Event& next) {
             return next.time > event.time && next.time - event.time <= kUsPerHour / 2;
           });
  });
  return ends_with_own &&
         std::all_of(visit.products.begin(), visit.products.end(), [&](const auto& product) {
           return of_user([&](const test::Event& event) { return event.item == product.first; });
         });
}

/// The m newest visits with a product of s, then the k most similar of others.
std::vector<Similar> naive_neighbours(const std::vector<Visit>& visits,
                                      const std::vector<test::Event>& past, const std::string& user,
                                      const std::vector<std::string>& s,
                                      const SessionsConfig& config) {
  std::vector<Similar> similar;
  int n_met = 0;
  for (std::size_t v = visits.size(); v-- > 0;) {
    Similar found{0, v, s.size()};
    for (std::size_t x = 0; x < s.size(); ++x) {
      if (!visits[v].products.contains(s[x])) continue;
      found.similarity += 1 - static_cast<double>(x) / config.last_products;
      found.newest_place = std::min(found.newest_place, x);
    }
    if (found.newest_place == s.size()) continue;
    ++n_met;
    if (!is_as_own(visits[v], user, past)) similar.push_back(found);
    if (n_met == config.recent_sessions) break;
  }
  // similarities are sums of few tenths: rounding must not part what is equal
  std::stable_sort(similar.begin(), similar.end(), [](const Similar& a, const Similar& b) {
    return a.similarity > b.similarity + 1e-6;
  });
  similar.resize(std::min(similar.size(), static_cast<std::size_t>(config.neighbours)));
  return similar;
}

std::map<std::string, NaiveVote> naive_votes(const std::vector<Visit>& visits,
                                             const std::vector<test::Event>& past,
                                             const std::string& user,
                                             const std::vector<std::string>& s,
                                             const SessionsConfig& config) {
  std::map<std::string, std::size_t> n_with;
  for (const auto& visit : visits) {
    for (const auto& [item, action] : visit.products) ++n_with[item];
  }
  std::map<std::string, NaiveVote> votes;
  for (const auto& near : naive_neighbours(visits, past, user, s, config)) {
    const double lambda = 1 - static_cast<double>(near.newest_place) / config.last_products;
    for (const auto& [item, action] : visits[near.visit].products) {
      const double worth[] = {1, config.basket_weight, config.order_weight};
      const double rarity =
          std::log(static_cast<double>(visits.size()) / static_cast<double>(n_with[item]));
      auto& vote = votes[item];
      vote.score += worth[strength(action)] * lambda * near.similarity * rarity;
      vote.best_similarity = std::max(vote.best_similarity, near.similarity);
      ++vote.n_sessions;
    }
  }
  std::erase_if(votes, [](const auto& entry) { return entry.second.score <= 0; });
  return votes;
}

std::size_t compare_users(const test::RandomShop& random, const SessionsConfig& config) {
  const auto events = test::random_events(random);
  const auto shop = test::shop_of(events);
  const auto past = past_of(events);
  auto visits = naive_visits(past);
  std::erase_if(visits, [](const Visit& visit) { return visit.products.size() < 2; });
  const auto model = Sessions::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config);
  EXPECT_EQ(model.n_sessions(), visits.size());
  std::size_t n_votes = 0;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const std::string user(shop.users.text(u));
    SCOPED_TRACE(testing::Message() << "seed " << random.seed << ", user " << user);
    const auto s = last_products(past, user, static_cast<std::size_t>(config.last_products));
    const auto naive = naive_votes(visits, past, user, s, config);
    const auto found = model.votes(test::history_of(shop.events, UserIdx(u), kCut));
    EXPECT_EQ(found.size(), naive.size());
    for (const auto& vote : found) {
      const std::string item(shop.items.external(vote.item));
      const auto it = naive.find(item);
      if (it == naive.end()) {
        ADD_FAILURE() << item << " has no vote";
        continue;
      }
      EXPECT_NEAR(double{vote.score} / it->second.score, 1, kTolerance) << item;
      EXPECT_NEAR(double{vote.best_similarity}, it->second.best_similarity, kTolerance) << item;
      EXPECT_EQ(vote.n_sessions, it->second.n_sessions) << item;
    }
    n_votes += naive.size();
  }
  return n_votes;
}

/// A day and a half of a busy shop: visits of several products.
test::RandomShop busy_shop(std::uint64_t seed) {
  return {.seed = seed, .n_events = 3000, .days = 1.5, .begin = kCut - kUsPerDay};
}

TEST(SessionsOracle, AgreesWithThePaper) {
  std::size_t n_votes = 0;
  for (const auto seed : test::property_seeds(4)) n_votes += compare_users(busy_shop(seed), {});
  EXPECT_GT(n_votes, 500U);
}

TEST(SessionsOracle, FewNeighboursAndFewProducts) {
  const SessionsConfig narrow{
      .last_products = 5, .recent_sessions = 17, .neighbours = 6, .basket_weight = 4};
  std::size_t n_votes = 0;
  for (const auto seed : test::property_seeds(4)) n_votes += compare_users(busy_shop(seed), narrow);
  EXPECT_GT(n_votes, 200U);
}

TEST(SessionsOracle, AQuietShop) {
  for (const auto seed : test::property_seeds(2)) compare_users({.seed = seed}, {});
}

}  // namespace
}  // namespace vitrina::models
