#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "engine/answer.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "support/text_shop.hpp"

namespace vitrina::engine {
namespace {

struct World {
  explicit World(std::uint64_t seed, ParamMap wished = {})
      : shop(test::shop_of(test::random_events({.seed = seed}),
                           test::random_catalog({.seed = seed}))),
        models(test::fit_at(shop, shop.end)),
        params(std::move(wished)) {
    params.merge(test::everything_on());  // what is wished stays
  }

  [[nodiscard]] Engine engine() const { return {shop, models, params}; }
  [[nodiscard]] UserBlock block(const Engine& engine, UserIdx user,
                                std::span<const std::uint8_t> allowed = {},
                                std::size_t k = 25) const {
    return test::block_of(engine, shop, shop.end, user, allowed, k);
  }
  [[nodiscard]] LogQueries queries(std::size_t k) const { return {shop.events, shop.end, k}; }
  [[nodiscard]] std::vector<UserIdx> users() const {
    std::vector<UserIdx> all;
    for (std::size_t u = 0; u < shop.users.size(); ++u) all.emplace_back(u);
    return all;
  }

  Shop shop;
  models::ModelSet models;
  ParamMap params;
};

TEST(Engine, NamesItsColumnsByGroup) {
  const World world(1);
  const auto engine = world.engine();
  std::set<std::string> names(engine.column_names().begin(), engine.column_names().end());
  EXPECT_EQ(names.size(), engine.column_names().size());
  for (const auto& name : names) EXPECT_NE(name.find("__"), std::string::npos) << name;
  EXPECT_EQ(engine.generator_names().size(), candidates::registry().size());
}

TEST(Engine, SwitchesTakeGeneratorsOut) {
  const World world(1, {{"candidates.covisitation.enabled", "false"}});
  const auto names = world.engine().generator_names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "covisitation"), 0);
  EXPECT_EQ(names.size(), candidates::registry().size() - 1);
}

TEST(Engine, WithoutAGeneratorThereIsNothingToDo) {
  ParamMap params;
  for (const auto& row : candidates::registry()) {
    params[row.section() + ".enabled"] = "false";
  }
  const World world(1, params);
  try {
    (void)world.engine();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConfig);
  }
}

TEST(Engine, NeedsTheModelsOfWhatIsSwitchedOn) {
  // titles are there for `similar` alone
  EXPECT_EQ(needed_models(test::everything_on()).size(), test::all_models().size() - 1);
  ParamMap params;
  for (const auto& row : features::registry()) {
    params[row.section() + ".enabled"] = "false";
  }
  for (const auto& row : candidates::registry()) {
    params[row.section() + ".enabled"] = "false";
  }
  EXPECT_EQ(needed_models(params), std::vector<models::ModelKind>{models::ModelKind::kOwnHistory});
  params["candidates.popular.enabled"] = "true";
  EXPECT_EQ(needed_models(params).size(), 2U);
}

TEST(Engine, TheUnionHoldsEveryListWhenThereIsRoom) {
  const World world(2, {{"engine.max_candidates", "10000"}});
  const auto engine = world.engine();
  const std::size_t n_generators = engine.generator_names().size();
  std::size_t n_rows = 0;
  for (const auto user : world.users()) {
    const auto block = world.block(engine, user);
    EXPECT_TRUE(std::is_sorted(block.item.begin(), block.item.end()));
    EXPECT_EQ(std::adjacent_find(block.item.begin(), block.item.end()), block.item.end());
    std::set<ItemIdx> in_lists;
    for (std::size_t g = 0; g < n_generators; ++g) {
      const auto list = test::list_of(engine, g, block.history);
      for (std::size_t r = 0; r < list.size(); ++r) {
        in_lists.insert(list[r].id);
        const auto row = static_cast<std::size_t>(
            std::lower_bound(block.item.begin(), block.item.end(), list[r].id) -
            block.item.begin());
        ASSERT_LT(row, block.n_rows());
        EXPECT_EQ(block.score[row * n_generators + g], list[r].score);
        EXPECT_EQ(block.rank[row * n_generators + g], r);
      }
    }
    EXPECT_EQ(in_lists.size(), block.n_rows());
    n_rows += block.n_rows();
  }
  EXPECT_GT(n_rows, 100U);
}

TEST(Engine, ASmallUnionTakesTurns) {
  const World world(3, {{"engine.max_candidates", "4"}, {"engine.max_more_candidates", "0"}});
  const auto engine = world.engine();
  for (const auto user : world.users()) {
    const auto block = world.block(engine, user, {}, 4);
    ASSERT_LE(block.n_rows(), 4U);
    // every generator's best is in, in the order of the registry, while there is room
    std::set<ItemIdx> expected;
    for (std::size_t rank = 0; expected.size() < 4 && rank < 100; ++rank) {
      for (std::size_t g = 0; g < engine.generator_names().size(); ++g) {
        const auto list = test::list_of(engine, g, block.history);
        if (rank < list.size() && expected.size() < 4) expected.insert(list[rank].id);
      }
    }
    EXPECT_EQ(std::set<ItemIdx>(block.item.begin(), block.item.end()), expected);
  }
}

TEST(Engine, TheUnionGrowsWithWhatWasOrdered) {
  constexpr std::size_t kMore = 3;
  const World world(3, {{"engine.max_candidates", "4"}, {"engine.max_more_candidates", "3"}});
  const auto engine = world.engine();
  std::set<std::size_t> sizes;
  std::vector<ItemIdx> ordered;
  for (const auto user : world.users()) {
    const auto block = world.block(engine, user, {}, 4);
    EventColumns merged;
    ordered_products(world.queries(4).of(user, merged).events, ordered);
    std::size_t n_listed = 0;
    for (std::size_t g = 0; g < engine.generator_names().size(); ++g) {
      n_listed = std::max(n_listed, test::list_of(engine, g, block.history).size());
    }
    const auto n_wanted = 4 + std::min(ordered.size(), kMore);
    if (n_listed >= n_wanted) {
      EXPECT_EQ(block.n_rows(), n_wanted);
    }
    sizes.insert(block.n_rows());
  }
  EXPECT_GE(sizes.size(), 3U);
}

TEST(Engine, ForbiddenProductsAreNoCandidates) {
  const World world(4);
  std::vector<std::uint8_t> allowed(world.shop.items.size(), 1);
  for (std::size_t i = 0; i < allowed.size(); i += 2) allowed[i] = 0;
  const auto engine = world.engine();
  for (const auto user : world.users()) {
    const auto block = world.block(engine, user, allowed);
    EXPECT_FALSE(block.item.empty());
    for (const auto item : block.item) EXPECT_EQ(allowed[item.value], 1);
  }
}

TEST(UsersToScore, AreTheStrongestWithAnEventBeforeTheCut) {
  const auto shop = test::text_shop(R"(
    ann  bA  .   .  | .
    bob  vA  .   .  | .
    cat  .   vA  .  | .
    dan  i   .   .  | .
    eve  .   .   i  | .
    fay  .   .   .  | bA
  )");
  const auto models = test::fit_at(shop.shop, shop.cut);
  const auto chosen = [&](int max_users, const selection::Rules& rules = {}) {
    std::string names;
    const auto limit = max_scored_users({.max_scored_users = 1}, max_users);
    for (const auto user :
         users_to_score({shop.shop.events, shop.cut, 5}, *models.own_history, limit, rules, 2)) {
      names += shop.shop.users.external(user);
    }
    return names;
  };
  EXPECT_EQ(chosen(100), "annbobcatdaneve");
  EXPECT_EQ(chosen(1), "annbobcateve");  // four times those that are sent: eve is newer than dan
  selection::Rules rules;
  rules.excluded_users = selection::bitmap<UserIdx>(6, {shop.user("ann")});
  EXPECT_EQ(chosen(100, rules), "bobcatdaneve");
  rules.only_users =
      selection::bitmap<UserIdx>(6, {shop.user("ann"), shop.user("dan"), shop.user("fay")});
  EXPECT_EQ(chosen(100, rules), "danfay");  // who is asked for by name needs no event
}

TEST(Answer, IsTheExactChoiceOverScoredCandidates) {
  const World world(5);
  const auto engine = world.engine();
  const ranking::Ranker ranker;  // no trees: w rises with own history
  SilentProgress progress;
  const selection::ChoiceLimits limits{.max_users = 12, .k = 6};
  const auto users = world.users();
  const auto answered = [&](int threads) {
    return answer(engine, {ranker, *world.models.own_history}, world.queries(limits.k), users,
                  limits.max_users, {}, threads, progress);
  };
  const auto chosen = answered(1);

  std::vector<std::pair<double, UserIdx>> sums;
  for (const auto user : users) {
    const auto block = world.block(engine, user);
    std::vector<float> w;
    append_own_history_scores(*world.models.own_history, block, w);
    for (float& score : w) score = ranker.base_score(score);
    std::sort(w.rbegin(), w.rend());
    double sum = 0;
    for (std::size_t r = 0; r < std::min(limits.k, w.size()); ++r) sum += double{w[r]};
    sums.emplace_back(-sum, user);
  }
  std::sort(sums.begin(), sums.end());
  ASSERT_EQ(chosen.users.size(), limits.max_users);
  for (std::size_t row = 0; row < chosen.users.size(); ++row) {
    EXPECT_EQ(chosen.users[row], sums[row].second);
    EXPECT_DOUBLE_EQ(chosen.score_sum[row], -sums[row].first);
    EXPECT_EQ(chosen.items.row(row).size(), limits.k);
  }

  const auto parallel = answered(4);
  EXPECT_EQ(parallel.users, chosen.users);
  EXPECT_EQ(parallel.score_sum, chosen.score_sum);
  ASSERT_EQ(parallel.items.values.size(), chosen.items.values.size());
  for (std::size_t i = 0; i < chosen.items.values.size(); ++i) {
    EXPECT_EQ(parallel.items.values[i].id, chosen.items.values[i].id);
    EXPECT_EQ(parallel.items.values[i].source, chosen.items.values[i].source);
  }
}

TEST(Answer, TheSourceIsTheGeneratorThatRankedItBest) {
  const World world(6);
  const auto engine = world.engine();
  SilentProgress progress;
  const auto users = world.users();
  const auto chosen = answer(engine, {ranking::Ranker(), *world.models.own_history},
                             world.queries(5), users, 100, {}, 1, progress);
  for (std::size_t row = 0; row < chosen.users.size(); ++row) {
    const auto history = test::history_of(world.shop.events, chosen.users[row], world.shop.end);
    for (const auto& entry : chosen.items.row(row)) {
      std::size_t best = 1'000'000;
      std::size_t source = 0;
      for (std::size_t g = 0; g < engine.generator_names().size(); ++g) {
        const auto list = test::list_of(engine, g, history);
        for (std::size_t r = 0; r < list.size(); ++r) {
          if (list[r].id != entry.id || r >= best) continue;
          best = r;
          source = g;
        }
      }
      EXPECT_EQ(entry.source, source);
    }
  }
}

}  // namespace
}  // namespace vitrina::engine
