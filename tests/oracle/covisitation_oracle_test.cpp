#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/covisitation.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"

// Co-visitation by the definition: nested loops over all pairs of a user's steps, weights in
// doubles and in a map.

namespace vitrina::models {
namespace {

/// Sums are taken in floats there and in doubles here: a few hundred roundings apart.
constexpr double kTolerance = 1e-4;

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

struct Step {
  std::string item;
  TimeUs time;
  bool is_buy;
};

bool is_click(Action action) { return action == Action::kView || action == Action::kLike; }
bool is_buy(Action action) { return action == Action::kBasketAdd || action == Action::kOrder; }

/// A user's steps out of the raw events: repeats once, by time, ties by action and product, the
/// last ones only.
std::map<std::string, std::vector<Step>> naive_steps(std::vector<test::Event> events,
                                                     std::size_t max_events) {
  std::sort(events.begin(), events.end(), [](const test::Event& a, const test::Event& b) {
    const auto key = [](const test::Event& e) {
      return std::tie(e.user, e.time, e.action, e.item, e.page, e.device);
    };
    return key(a) < key(b);
  });
  events.erase(std::unique(events.begin(), events.end()), events.end());
  std::map<std::string, std::vector<Step>> by_user;
  for (const auto& event : events) {
    if (event.time >= kCut || event.item.empty()) continue;
    if (!is_click(event.action) && !is_buy(event.action)) continue;
    by_user[event.user].push_back({event.item, event.time, is_buy(event.action)});
  }
  for (auto& [user, steps] : by_user) {
    if (steps.size() > max_events) {
      steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(max_events));
    }
  }
  return by_user;
}

using Matrix = std::map<std::string, std::map<std::string, double>>;

/// Every ordered pair of different steps is looked at; who came first is asked of the steps.
Matrix naive_pairs(const CovisitationSpec& spec,
                   const std::map<std::string, std::vector<Step>>& by_user) {
  Matrix matrix;
  for (const auto& [user, steps] : by_user) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      for (std::size_t j = 0; j < steps.size(); ++j) {
        if (i == j || steps[i].item == steps[j].item) continue;
        if (spec.is_directed && j < i) continue;
        if (spec.from_buys_only && !steps[i].is_buy) continue;
        if (spec.to_buys_only && !steps[j].is_buy) continue;
        const double days = std::abs(to_days(steps[j].time - steps[i].time));
        if (days > spec.window_days) continue;
        matrix[steps[i].item][steps[j].item] += std::exp2(-days * 24 / spec.half_life_hours);
      }
    }
  }
  return matrix;
}

Matrix damped(const Matrix& pairs, double damping) {
  std::map<std::string, double> total;
  for (const auto& [from, row] : pairs) {
    for (const auto& [to, weight] : row) total[to] += weight;
  }
  Matrix result;
  for (const auto& [from, row] : pairs) {
    for (const auto& [to, weight] : row) result[from][to] = weight / std::pow(total[to], damping);
  }
  return result;
}

/// The model's row must be the best of the naive row; neighbours whose weights are equal up to
/// rounding may change places.
void expect_row(const test::NamedList& found, const std::map<std::string, double>& naive,
                std::size_t limit) {
  ASSERT_EQ(found.size(), std::min(naive.size(), limit));
  std::vector<double> best;
  for (const auto& [item, weight] : naive) best.push_back(weight);
  std::sort(best.rbegin(), best.rend());
  for (std::size_t r = 0; r < found.size(); ++r) {
    const auto it = naive.find(found[r].first);
    ASSERT_NE(it, naive.end()) << found[r].first << " was never with it";
    EXPECT_NEAR(double{found[r].second} / it->second, 1.0, kTolerance) << found[r].first;
    EXPECT_NEAR(double{found[r].second} / best[r], 1.0, kTolerance) << "place " << r;
  }
}

TEST(CovisitationOracle, AgreesWithNestedLoops) {
  constexpr int kMaxEvents = 12;
  constexpr std::size_t kNeighbours = 6;
  std::size_t n_pairs = 0;
  for (const auto seed : test::property_seeds(4)) {
    const auto events = test::random_events({.seed = seed});
    const auto shop = test::shop_of(events);
    const double damping = seed % 2 == 0 ? 0.0 : 0.3;
    const FitContext context{shop, kCut, kUsPerDay, 20, 10, 2};
    const auto model = Covisitation::fit(
        context,
        {.max_events = kMaxEvents, .neighbours = kNeighbours, .popularity_damping = damping});
    const auto steps = naive_steps(events, kMaxEvents);
    for (std::size_t m = 0; m < kCovisitationCount; ++m) {
      auto naive = damped(naive_pairs(kCovisitationSpecs[m], steps), damping);
      for (std::size_t i = 0; i < shop.items.size(); ++i) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << kCovisitationSpecs[m].name
                                        << ", product " << shop.items.text(i));
        expect_row(test::named(shop, model.neighbours(m, ItemIdx(i))),
                   naive[std::string(shop.items.text(i))], kNeighbours);
      }
      n_pairs += naive.size();
    }
  }
  EXPECT_GT(n_pairs, 100U);
}

}  // namespace
}  // namespace vitrina::models
