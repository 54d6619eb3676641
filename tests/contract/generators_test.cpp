#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "candidates/generator.hpp"
#include "core/parallel.hpp"
#include "support/engine_kit.hpp"
#include "support/futures.hpp"
#include "support/random_shop.hpp"

// Every sentence of candidates/generator.hpp, for every row of the registry: a new generator is
// tested by being registered.

namespace vitrina::candidates {
namespace {

using test::NamedList;

class GeneratorContract : public testing::TestWithParam<std::size_t> {
 protected:
  static const GeneratorInfo& row() { return registry()[GetParam()]; }

  static ParamMap params_with_limit(std::size_t limit) {
    auto params = test::small_shop_params();
    params[row().section() + ".limit"] = std::to_string(limit);
    return params;
  }
};

/// A shop cut in the middle, the models that the row says it needs and no other, the generator.
struct Bench {
  Bench(const Shop& made, TimeUs cut, const GeneratorInfo& row, const ParamMap& params,
        std::span<const std::uint8_t> allowed = {})
      : shop(made),
        as_of(cut),
        models(test::fit_at(shop, cut, row.needs)),
        filter{.allowed = allowed},
        generator(row.make({shop, models}, params)) {}

  [[nodiscard]] std::vector<ScoredItem> list(UserIdx user) const {
    const auto history = test::history_of(shop.events, user, as_of);
    Scratch scratch;
    std::vector<ScoredItem> out;
    generator->generate({history.events, as_of, filter, 0}, history, out, scratch);
    return out;
  }
  [[nodiscard]] std::vector<std::vector<ScoredItem>> all_lists() const {
    std::vector<std::vector<ScoredItem>> lists;
    for (std::size_t u = 0; u < shop.users.size(); ++u) lists.push_back(list(UserIdx(u)));
    return lists;
  }

  const Shop& shop;
  TimeUs as_of;
  models::ModelSet models;
  ProductFilter filter;
  std::unique_ptr<Generator> generator;
};

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

/// A generator may be narrow: what it waits for may never happen in a random shop.
constexpr const char* kSilent =
    "it proposes nothing in the random shops: prove this sentence on a shop drawn for it";

Shop random_shop(std::uint64_t seed) {
  const test::RandomShop config{.seed = seed};
  return test::shop_of(test::random_events(config), test::random_catalog(config));
}

void expect_well_formed(const std::vector<ScoredItem>& list, std::size_t limit) {
  EXPECT_LE(list.size(), limit);
  std::set<ItemIdx> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_TRUE(seen.insert(list[i].id).second) << "product " << list[i].id.value << " twice";
    EXPECT_GT(list[i].score, 0.0F);
    EXPECT_TRUE(std::isfinite(list[i].score));
    if (i == 0) continue;
    EXPECT_GE(list[i - 1].score, list[i].score);
    if (list[i - 1].score == list[i].score) {
      EXPECT_LT(list[i - 1].id, list[i].id);
    }
  }
}

TEST_P(GeneratorContract, SaysWhatItIs) {
  EXPECT_FALSE(row().name.empty());
  EXPECT_FALSE(row().summary.empty());
  std::size_t n_same = 0;
  for (const auto& other : registry()) n_same += other.name == row().name ? 1 : 0;
  EXPECT_EQ(n_same, 1U);
  std::set<std::string> fields;
  for (const auto& field : row().fields()) {
    EXPECT_TRUE(fields.insert(field.name).second) << field.name;
    EXPECT_FALSE(field.sentence.empty()) << field.name;
  }
  EXPECT_TRUE(fields.contains("enabled"));
  EXPECT_TRUE(fields.contains("limit"));
}

TEST_P(GeneratorContract, ProposesDistinctProductsBestFirstUpToTheLimit) {
  std::size_t n_proposals = 0;
  for (const auto seed : test::property_seeds(3)) {
    SCOPED_TRACE(seed);
    const auto shop = random_shop(seed);
    for (const std::size_t limit : {1U, 4U, 1000U}) {
      const Bench bench(shop, kCut, row(), params_with_limit(limit));
      for (const auto& list : bench.all_lists()) {
        expect_well_formed(list, limit);
        n_proposals += list.size();
      }
    }
  }
  if (n_proposals == 0) GTEST_SKIP() << kSilent;
}

TEST_P(GeneratorContract, ALimitCutsTheSameListShorter) {
  const auto shop = random_shop(7);
  const Bench wide(shop, kCut, row(), params_with_limit(1000));
  const Bench narrow(shop, kCut, row(), params_with_limit(3));
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    auto list = wide.list(UserIdx(u));
    list.resize(std::min<std::size_t>(list.size(), 3));
    EXPECT_EQ(narrow.list(UserIdx(u)), list) << shop.users.text(u);
  }
}

TEST_P(GeneratorContract, ProposesAllowedProductsOnly) {
  const auto shop = random_shop(3);
  const auto params = params_with_limit(5);
  const auto free = Bench(shop, kCut, row(), params).all_lists();
  // of what it would propose, every other product is forbidden
  std::vector<std::uint8_t> allowed(shop.items.size(), 1);
  std::set<ItemIdx> proposed;
  for (const auto& list : free) {
    for (const auto& entry : list) proposed.insert(entry.id);
  }
  if (proposed.empty()) GTEST_SKIP() << kSilent;
  bool is_forbidden = true;
  for (const auto item : proposed) {
    allowed[item.value] = is_forbidden ? 0 : 1;
    is_forbidden = !is_forbidden;
  }
  const std::vector<std::uint8_t> nothing(shop.items.size(), 0);
  const Bench bound(shop, kCut, row(), params, allowed);
  const Bench mute(shop, kCut, row(), params, nothing);
  std::size_t n_left = 0;
  std::size_t n_proposed = 0;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    for (const auto& entry : free[u]) n_left += allowed[entry.id.value];
    const auto list = bound.list(UserIdx(u));
    expect_well_formed(list, 5);
    for (const auto& entry : list) EXPECT_EQ(allowed[entry.id.value], 1);
    n_proposed += list.size();
    EXPECT_TRUE(mute.list(UserIdx(u)).empty());
  }
  EXPECT_GE(n_proposed, n_left) << "what it may still propose is lost with what it may not";
}

TEST_P(GeneratorContract, AllowingEverythingIsAllowingAnything) {
  const auto shop = random_shop(4);
  const std::vector<std::uint8_t> everything(shop.items.size(), 1);
  const auto params = params_with_limit(20);
  EXPECT_EQ(Bench(shop, kCut, row(), params, everything).all_lists(),
            Bench(shop, kCut, row(), params).all_lists());
}

TEST_P(GeneratorContract, AnswersTheSameWhateverOthersAreAsked) {
  const auto shop = random_shop(5);
  const auto params = params_with_limit(20);
  const Bench bench(shop, kCut, row(), params);
  const auto lists = bench.all_lists();
  for (std::size_t u = shop.users.size(); u-- > 0;) {
    EXPECT_EQ(bench.list(UserIdx(u)), lists[u]) << "asked in reverse";
    EXPECT_EQ(Bench(shop, kCut, row(), params).list(UserIdx(u)), lists[u]) << "asked alone";
  }
  std::vector<std::vector<ScoredItem>> at_once(shop.users.size());
  parallel_chunks(at_once.size(), 1, 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) at_once[u] = bench.list(UserIdx(u));
  });
  EXPECT_EQ(at_once, lists);
}

TEST_P(GeneratorContract, CopesWithAShopWithoutACatalog) {
  const auto shop = test::shop_of(test::random_events({.seed = 6}));
  const Bench bench(shop, kCut, row(), params_with_limit(10));
  for (const auto& list : bench.all_lists()) expect_well_formed(list, 10);
}

TEST_P(GeneratorContract, CopesWithACutBeforeTheFirstEvent) {
  const auto shop = random_shop(8);
  const Bench bench(shop, shop.begin, row(), params_with_limit(10));
  for (const auto& list : bench.all_lists()) expect_well_formed(list, 10);
}

std::map<std::string, NamedList> lists_by_name(const Shop& shop, const GeneratorInfo& row,
                                               const ParamMap& params) {
  const Bench bench(shop, kCut, row, params);
  std::map<std::string, NamedList> lists;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    lists[std::string(shop.users.text(u))] = test::named(shop, bench.list(UserIdx(u)));
  }
  return lists;
}

TEST_P(GeneratorContract, CannotTellOneFutureFromAnother) {
  for (const auto seed : test::property_seeds(4)) {
    const test::RandomShop config{.seed = seed};
    const auto events = test::random_events(config);
    const auto products = test::random_catalog(config);
    const auto params = params_with_limit(20);
    const auto expected = lists_by_name(test::shop_of(events, products), row(), params);
    for (const auto& future : test::other_futures(events, products, kCut, seed)) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", future " << future.name);
      const auto found =
          lists_by_name(test::shop_of(future.events, future.products), row(), params);
      std::size_t n_compared = 0;
      for (const auto& [user, list] : found) {
        const auto it = expected.find(user);
        if (it == expected.end()) continue;  // born in that future
        EXPECT_EQ(list, it->second) << user;
        ++n_compared;
      }
      EXPECT_GT(n_compared, 30U);
    }
  }
}

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
  return std::string(registry()[info.param].name);
}

INSTANTIATE_TEST_SUITE_P(Registry, GeneratorContract,
                         testing::Range<std::size_t>(0, registry().size()), name_of);

}  // namespace
}  // namespace vitrina::candidates
