#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "core/rng.hpp"
#include "metrics/bootstrap.hpp"
#include "metrics/ceiling.hpp"
#include "metrics/recall.hpp"

namespace vitrina::metrics {
namespace {

// Sums are taken in another order than in the library.
constexpr double kRounding = 1e-12;

using Lists = std::map<std::uint32_t, std::vector<std::uint32_t>>;

struct World {
  Lists bought;
  Lists sent;
};

World random_world(std::uint64_t seed) {
  Rng rng(seed);
  World world;
  for (std::uint32_t user = 0; user < 30; ++user) {
    if (rng.chance(0.5)) {
      const auto n = 1 + rng.below(6);
      for (std::uint64_t i = 0; i < n; ++i) {
        world.bought[user].push_back(static_cast<std::uint32_t>(rng.below(12)));
      }
    }
    if (rng.chance(0.5)) {
      auto& list = world.sent[user];
      for (std::uint32_t item = 0; item < 12; ++item) {
        if (rng.chance(0.6)) list.push_back(item);
      }
      for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[rng.below(i)]);
    }
  }
  return world;
}

/// In an order of users that is not sorted.
UserLists to_lists(const Lists& lists) {
  UserLists result;
  for (auto it = lists.rbegin(); it != lists.rend(); ++it) {
    std::vector<ItemIdx> items;
    for (const std::uint32_t item : it->second) items.emplace_back(item);
    result.add(UserIdx(it->first), items);
  }
  return result;
}

struct Naive {
  double a = 0.0;
  double b = 0.0;
  double c = 0.0;
  double precision = 0.0;
};

/// The definitions, by sets.
Naive naive_readings(const World& world, std::size_t k) {
  double recall = 0.0;
  double n_sent_buyers = 0.0;
  double n_hit = 0.0;
  for (const auto& [user, products] : world.bought) {
    const std::set<std::uint32_t> bought(products.begin(), products.end());
    const auto sent = world.sent.find(user);
    if (sent == world.sent.end()) continue;
    n_sent_buyers += 1.0;
    std::set<std::uint32_t> hits;
    for (std::size_t rank = 0; rank < std::min(k, sent->second.size()); ++rank) {
      if (bought.contains(sent->second[rank])) hits.insert(sent->second[rank]);
    }
    recall += static_cast<double>(hits.size()) / static_cast<double>(bought.size());
    n_hit += hits.empty() ? 0.0 : 1.0;
  }
  return {.a = recall / static_cast<double>(world.bought.size()),
          .b = recall / n_sent_buyers,
          .c = recall / n_hit,
          .precision = n_sent_buyers / static_cast<double>(world.sent.size())};
}

TEST(MetricsOracle, ReadingsEqualTheDefinitionBySets) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const World world = random_world(seed);
    const auto bought = to_lists(world.bought);
    const auto sent = to_lists(world.sent);
    const auto curve = recall_by_k(bought, sent, 12);
    for (const std::size_t k : {std::size_t{1}, std::size_t{3}, std::size_t{12}}) {
      SCOPED_TRACE(k);
      const Naive expected = naive_readings(world, k);
      const auto value = readings(judge(bought, sent, k)).value;
      EXPECT_NEAR(value.a, expected.a, kRounding);
      EXPECT_NEAR(value.b, expected.b, kRounding);
      if (std::isnan(expected.c)) {
        EXPECT_TRUE(std::isnan(value.c));
      } else {
        EXPECT_NEAR(value.c, expected.c, kRounding);
      }
      EXPECT_NEAR(value.precision, expected.precision, kRounding);
      EXPECT_NEAR(curve[k - 1], expected.a, kRounding);
    }
    EXPECT_TRUE(std::is_sorted(curve.begin(), curve.end()));
    EXPECT_NEAR(ceiling(bought, sent).recall, naive_readings(world, 100).a, kRounding);
  }
}

/// The bootstrap written down naively: every draw resamples the users and judges again.
TEST(MetricsOracle, BootstrapEqualsResamplingOneByOne) {
  const World first = random_world(3);
  World second = random_world(4);
  second.bought = first.bought;
  const auto judged = [](const World& world) {
    return judge(to_lists(world.bought), to_lists(world.sent), 12);
  };
  const auto first_results = judged(first);
  const auto second_results = judged(second);
  const BootstrapConfig config{.n_draws = 501, .seed = 42, .level = 0.9};

  std::vector<std::uint32_t> buyers;
  for (const auto& [user, products] : first.bought) buyers.push_back(user);
  const auto recall_of = [](const std::vector<UserResult>& results, std::uint32_t user) {
    const auto it = std::find_if(results.begin(), results.end(), [user](const UserResult& result) {
      return result.user == UserIdx(user);
    });
    return it->recall();
  };
  std::vector<double> values;
  std::vector<double> differences;
  for (int d = 0; d < config.n_draws; ++d) {
    Rng rng(mix64(config.seed, 0), static_cast<std::uint64_t>(d));
    double of_first = 0.0;
    double of_second = 0.0;
    for (std::size_t i = 0; i < buyers.size(); ++i) {
      const std::uint32_t user = buyers[rng.below(buyers.size())];
      of_first += recall_of(first_results, user);
      of_second += recall_of(second_results, user);
    }
    const auto n = static_cast<double>(buyers.size());
    values.push_back(of_first / n);
    differences.push_back((of_first - of_second) / n);
  }
  std::sort(values.begin(), values.end());
  std::sort(differences.begin(), differences.end());
  const auto n_above =
      std::count_if(differences.begin(), differences.end(), [](double d) { return d > kRounding; });

  // With 501 draws and level 0.9 the ends are the draws at places 25 and 475.
  const auto interval = bootstrap(first_results, config).a;
  EXPECT_NEAR(interval.low, values[25], kRounding);
  EXPECT_NEAR(interval.high, values[475], kRounding);
  const auto difference = compare(first_results, second_results, config).a;
  EXPECT_NEAR(difference.interval.low, differences[25], kRounding);
  EXPECT_NEAR(difference.interval.high, differences[475], kRounding);
  EXPECT_NEAR(difference.share_above, static_cast<double>(n_above) / config.n_draws, 0.005);
}

}  // namespace
}  // namespace vitrina::metrics
