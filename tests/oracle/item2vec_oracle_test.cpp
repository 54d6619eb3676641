#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/user_history.hpp"
#include "models/item2vec.hpp"
#include "support/feature_oracle.hpp"

// item2vec by its parts: a step against the slope of the objective, what is learned from against
// a naive reading of the log, neighbours by comparing every pair.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOracleCut;
constexpr double kTolerance = 1e-5;
/// Half the width of a central difference.
constexpr double kDelta = 1e-5;

/// Six words; what they are told by does not matter for a single step.
Corpus six_words() {
  Corpus corpus;
  for (std::uint64_t w = 0; w < 6; ++w) {
    corpus.word_hash.push_back(mix64(w));
    corpus.count.push_back(w + 1);
  }
  return corpus;
}

using Vector = std::vector<double>;

Vector as_doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

/// log s(v . o_0) + sum over the others of log s(-v . o_n).
double objective(const Vector& v, const std::vector<Vector>& outputs) {
  double sum = 0;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    double x = 0;
    for (std::size_t d = 0; d < v.size(); ++d) x += v[d] * outputs[o][d];
    sum -= std::log1p(std::exp(o == 0 ? -x : x));
  }
  return sum;
}

TEST(Item2VecOracle, AStepGoesUpTheSlopeOfTheObjective) {
  const auto corpus = six_words();
  SkipGram skip_gram(corpus, {.dimensions = 5}, 7);
  // outputs start at zero, where little can go wrong: walk away from there
  const std::uint32_t pairs[][3] = {{0, 1, 2}, {3, 4, 5}, {1, 0, 4}, {2, 5, 3}, {0, 3, 1}};
  for (int round = 0; round < 40; ++round) {
    for (const auto& pair : pairs) skip_gram.step(pair[0], std::span(pair).subspan(1), 0.3F);
  }
  const std::uint32_t word = 2;
  const std::vector<std::uint32_t> drawn{1, 0, 4, 2};
  const auto v = as_doubles(skip_gram.input(word));
  std::vector<Vector> outputs;
  for (const auto o : drawn) outputs.push_back(as_doubles(skip_gram.output(o)));
  constexpr float kRate = 0.01F;
  skip_gram.step(word, drawn, kRate);
  double longest = 0;
  const auto expect_moved = [&](double before, float after, double expected) {
    EXPECT_NEAR((double{after} - before) / double{kRate}, expected, 1e-4);
    longest = std::max(longest, std::abs(expected));
  };
  for (std::size_t d = 0; d < v.size(); ++d) {
    auto moved = v;
    moved[d] += kDelta;
    auto back = v;
    back[d] -= kDelta;
    expect_moved(v[d], skip_gram.input(word)[d],
                 (objective(moved, outputs) - objective(back, outputs)) / (2 * kDelta));
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      auto up = outputs;
      up[o][d] += kDelta;
      auto down = outputs;
      down[o][d] -= kDelta;
      expect_moved(outputs[o][d], skip_gram.output(drawn[o])[d],
                   (objective(v, up) - objective(v, down)) / (2 * kDelta));
    }
  }
  EXPECT_GT(longest, 0.1);
}

TEST(Item2VecOracle, DrawsFollowTheWeights) {
  const std::vector<double> weights{1, 0.01, 5, 2.5, 2.5, 0.7};
  const WeightedDraw draw(weights);
  constexpr int kDraws = 200'000;
  std::vector<int> met(weights.size(), 0);
  Rng rng(3);
  for (int n = 0; n < kDraws; ++n) ++met[draw(rng)];
  double total = 0;
  for (const double weight : weights) total += weight;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double share = weights[i] / total;
    // five standard deviations
    EXPECT_NEAR(double(met[i]) / kDraws, share, 5 * std::sqrt(share / kDraws)) << i;
  }
}

/// The products of every visit before the cut in order, repeats in a row once.
std::vector<std::vector<std::string>> naive_visits(const std::vector<test::Event>& log) {
  const std::set<test::Event> distinct(log.begin(), log.end());
  std::vector<test::Event> events(distinct.begin(), distinct.end());
  std::erase_if(events, [](const test::Event& event) { return event.time >= kCut; });
  std::sort(events.begin(), events.end(), [](const test::Event& a, const test::Event& b) {
    return std::tie(a.user, a.time, a.action, a.item) < std::tie(b.user, b.time, b.action, b.item);
  });
  std::vector<std::vector<std::string>> visits;
  const test::Event* last = nullptr;
  for (const auto& event : events) {
    const bool goes_on =
        last != nullptr && last->user == event.user && event.time - last->time <= kUsPerHour / 2;
    if (!goes_on) visits.emplace_back();
    last = &event;
    const std::set<Action> wanted{Action::kView, Action::kLike, Action::kBasketAdd, Action::kOrder};
    if (event.item.empty() || !wanted.contains(event.action)) continue;
    if (visits.back().empty() || visits.back().back() != event.item) {
      visits.back().push_back(event.item);
    }
  }
  std::erase_if(visits, [](const auto& visit) { return visit.size() < 2; });
  return visits;
}

TEST(Item2VecOracle, ProductsMetOftenEnoughHaveVectors) {
  constexpr int kMinCount = 20;
  std::size_t n_with = 0;
  std::size_t n_without = 0;
  for (const auto seed : test::property_seeds(4)) {
    // a day and a half of a busy shop: visits of several products
    const auto events = test::random_events(
        {.seed = seed, .n_items = 60, .n_events = 3000, .days = 1.5, .begin = kCut - kUsPerDay});
    const auto shop = test::shop_of(events);
    Item2VecConfig config;
    config.min_count = kMinCount;
    const auto model = Item2Vec::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config);
    auto visits = naive_visits(events);
    std::map<std::string, int> count;
    for (const auto& visit : visits) {
      for (const auto& item : visit) ++count[item];
    }
    std::set<std::string> expected;
    for (auto& visit : visits) {
      std::erase_if(visit, [&](const std::string& item) { return count[item] < kMinCount; });
      if (visit.size() >= 2) expected.insert(visit.begin(), visit.end());
    }
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      const std::string item(shop.items.text(i));
      EXPECT_EQ(!model.vector(ItemIdx(i)).empty(), expected.contains(item)) << item;
      ++(expected.contains(item) ? n_with : n_without);
    }
  }
  EXPECT_GT(n_with, 10U);
  EXPECT_GT(n_without, 10U);
}

TEST(Item2VecOracle, NeighboursAreTheLargestCosines) {
  // more products than are compared at a time
  const test::RandomShop config{.seed = 1, .n_items = 300, .n_events = 12'000};
  const auto shop = test::shop_of(test::random_events(config));
  Item2VecConfig wide;
  wide.min_count = 1;
  wide.neighbours = 7;
  const auto model = Item2Vec::fit({shop, kCut, kUsPerDay, 20, 10, 2}, wide);
  std::size_t n_vectors = 0;
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    std::vector<double> expected;
    const auto v = model.vector(ItemIdx(i));
    n_vectors += v.empty() ? 0 : 1;
    for (std::size_t j = 0; j < shop.items.size(); ++j) {
      const auto w = model.vector(ItemIdx(j));
      if (i == j || v.empty() || w.empty()) continue;
      double cosine = 0;
      for (std::size_t d = 0; d < v.size(); ++d) cosine += double{v[d]} * double{w[d]};
      EXPECT_NEAR(model.cosine(ItemIdx(i), ItemIdx(j)), cosine, kTolerance);
      if (cosine > 0) expected.push_back(cosine);
    }
    std::sort(expected.rbegin(), expected.rend());
    expected.resize(std::min<std::size_t>(expected.size(), 7));
    const auto found = model.neighbours(ItemIdx(i));
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t r = 0; r < found.size(); ++r) {
      EXPECT_NEAR(found[r].score, expected[r], kTolerance);
      EXPECT_NEAR(found[r].score, model.cosine(ItemIdx(i), found[r].id), kTolerance);
    }
  }
  EXPECT_GT(n_vectors, 200U);
}

/// Visits of two departments that nobody visits both of; `a` and `b` name their products.
std::vector<test::Event> two_departments() {
  Rng rng(5);
  std::vector<test::Event> events;
  for (int u = 0; u < 60; ++u) {
    for (int visit = 0; visit < 5; ++visit) {
      for (int n = 0; n < 6; ++n) {
        test::Event event;
        event.user = "u" + std::to_string(u);
        event.item = (u % 2 == 0 ? "a" : "b") + std::to_string(rng.below(8));
        event.time = test::kOpening + visit * kUsPerDay + n * kUsPerHour / 60;
        events.push_back(event);
      }
    }
  }
  return events;
}

TEST(Item2VecOracle, DepartmentsThatNobodyMixesComeApart) {
  const auto shop = test::shop_of(two_departments());
  Item2VecConfig config;
  config.training = {.dimensions = 16, .epochs = 10, .subsample = 0};
  const auto model = Item2Vec::fit({shop, kCut, kUsPerDay, 20, 10, 1}, config);
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    const auto own = shop.items.text(i);
    const auto neighbours = model.neighbours(ItemIdx(i));
    ASSERT_GE(neighbours.size(), 7U) << own;
    for (std::size_t r = 0; r < 7; ++r) {
      EXPECT_EQ(shop.items.external(neighbours[r].id)[0], own[0]) << own << " place " << r;
    }
    for (std::size_t r = 7; r < neighbours.size(); ++r) {
      EXPECT_LT(neighbours[r].score, neighbours[6].score - 0.2F) << own << " place " << r;
    }
  }
}

TEST(Item2VecOracle, AnotherSeedLearnsOtherVectors) {
  const auto shop = test::shop_of(two_departments());
  FitContext context{shop, kCut, kUsPerDay, 20, 10, 1};
  const auto one = Item2Vec::fit(context, {});
  context.seed = 43;
  const auto other = Item2Vec::fit(context, {});
  EXPECT_NE(one.vector(ItemIdx(0))[0], other.vector(ItemIdx(0))[0]);
}

/// Products of the user in the order of their last event, the newest first, at most `limit`.
std::vector<ItemIdx> last_products(const test::World& world, const std::string& user,
                                   std::size_t limit) {
  std::map<std::string, TimeUs> last;
  for (const auto& event : world.past) {
    if (event.user != user || !test::is_trace(event)) continue;
    const auto it = last.emplace(event.item, event.time).first;
    it->second = std::max(it->second, event.time);
  }
  std::vector<std::pair<TimeUs, std::string>> order;
  for (const auto& [item, time] : last) order.emplace_back(-time, item);
  std::sort(order.begin(), order.end());
  order.resize(std::min(order.size(), limit));
  std::vector<ItemIdx> items;
  for (const auto& entry : order) items.push_back(test::item_of(world.shop, entry.second));
  return items;
}

TEST(Item2VecFeatures, MeanCosineToTheLastProducts) {
  test::expect_column(
      "item2vec__recent_mean", [](const test::World& world, const auto& user, const auto& item) {
        const auto& model = *world.models.item2vec;
        double total = 0;
        double n = 0;
        for (const auto other : last_products(world, user, 5)) {
          const auto cosine = double{model.cosine(test::item_of(world.shop, item), other)};
          if (other == test::item_of(world.shop, item) || std::isnan(cosine)) continue;
          total += cosine;
          n += 1;
        }
        return n == 0 ? std::nan("") : total / n;
      });
}

TEST(Item2VecFeatures, CosineToTheUser) {
  test::expect_column("item2vec__user",
                      [](const test::World& world, const auto& user, const auto& item) {
                        const auto& model = *world.models.item2vec;
                        const auto own = test::item_of(world.shop, item);
                        const auto v = model.vector(own);
                        Vector sum(v.size(), 0.0);
                        for (const auto other : last_products(world, user, 10)) {
                          const auto w = model.vector(other);
                          if (other == own || w.empty()) continue;
                          for (std::size_t d = 0; d < v.size(); ++d) sum[d] += double{w[d]};
                        }
                        double product = 0;
                        double square = 0;
                        for (std::size_t d = 0; d < v.size(); ++d) {
                          product += double{v[d]} * sum[d];
                          square += sum[d] * sum[d];
                        }
                        return square == 0 ? std::nan("") : product / std::sqrt(square);
                      });
}

TEST(Item2VecFeatures, TheBestOfTheLastProducts) {
  test::expect_column(
      "item2vec__recent_max", [](const test::World& world, const auto& user, const auto& item) {
        double best = std::nan("");
        for (const auto other : last_products(world, user, 5)) {
          const auto own = test::item_of(world.shop, item);
          if (other != own) {
            best = std::fmax(best, double{world.models.item2vec->cosine(own, other)});
          }
        }
        return best;
      });
}

}  // namespace
}  // namespace vitrina::models
