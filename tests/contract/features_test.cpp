#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "candidates/generator.hpp"
#include "core/parallel.hpp"
#include "features/feature_group.hpp"
#include "support/engine_kit.hpp"
#include "support/futures.hpp"
#include "support/random_shop.hpp"

// Every sentence of features/feature_group.hpp, for every row of the registry: a new group is
// tested by being registered.

namespace vitrina::features {
namespace {

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

/// Floats by their bits: NaN equals itself and -0 is not 0.
using Bits = std::vector<std::uint32_t>;

Bits bits_of(std::span<const float> values) {
  Bits bits;
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

/// Candidates by the whole engine; then one group alone, from the models that it says it needs.
struct Bench {
  Bench(const Shop& made, const FeatureGroupInfo& row,
        const ParamMap& params = test::small_shop_params(), TimeUs as_of = kCut)
      : shop(made),
        cut(as_of),
        all_models(test::fit_at(shop, cut, test::all_models(), 1, params)),
        needed_models(test::fit_at(shop, cut, row.needs, 1, params)),
        engine(shop, all_models, params),
        group(row.make({shop, needed_models, engine.generator_names()})),
        n_columns(row.columns(engine.generator_names()).size()) {}

  [[nodiscard]] engine::UserBlock block(UserIdx user) const {
    return test::block_of(engine, shop, cut, user);
  }

  /// The group's columns of a user's candidates, each row followed by `margin` foreign columns,
  /// all filled with `filler` before.
  [[nodiscard]] std::vector<float> compute(const engine::UserBlock& block, float filler,
                                           std::size_t margin = 0) const {
    const std::size_t stride = n_columns + margin;
    std::vector<float> values(block.n_rows() * stride, filler);
    Scratch scratch;
    group->compute({block.history, block.item, block.score, block.rank, scratch},
                   {values.data(), stride}, scratch);
    return values;
  }
  [[nodiscard]] Bits bits(UserIdx user) const { return bits_of(compute(block(user), 0)); }

  const Shop& shop;
  TimeUs cut;
  models::ModelSet all_models;
  models::ModelSet needed_models;
  engine::Engine engine;
  std::unique_ptr<FeatureGroup> group;
  std::size_t n_columns;
};

Shop random_shop(std::uint64_t seed, double days = test::RandomShop{}.days) {
  const test::RandomShop config{.seed = seed, .days = days};
  return test::shop_of(test::random_events(config), test::random_catalog(config));
}

class FeatureGroupContract : public testing::TestWithParam<std::size_t> {
 protected:
  static const FeatureGroupInfo& row() { return registry()[GetParam()]; }
};

TEST_P(FeatureGroupContract, SaysWhatItIs) {
  EXPECT_FALSE(row().name.empty());
  EXPECT_FALSE(row().summary.empty());
  EXPECT_FALSE(row().scope.empty());
  std::size_t n_same = 0;
  for (const auto& other : registry()) n_same += other.name == row().name ? 1 : 0;
  EXPECT_EQ(n_same, 1U);
  const std::vector<std::string> generators{"first", "second"};
  std::set<std::string> names;
  const auto columns = row().columns(generators);
  EXPECT_FALSE(columns.empty());
  for (const auto& column : columns) {
    EXPECT_FALSE(column.name.empty());
    EXPECT_TRUE(names.insert(column.name).second) << column.name << " twice";
    EXPECT_EQ(column.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."),
              std::string::npos)
        << column.name;
    EXPECT_FALSE(column.meaning.empty()) << column.name;
  }
}

TEST_P(FeatureGroupContract, WritesEveryColumnAndNoOther) {
  constexpr float kOne = 12345.678F;
  constexpr float kOther = -98765.43F;
  constexpr std::size_t kMargin = 2;
  for (const auto seed : test::property_seeds(3)) {
    const auto shop = random_shop(seed);
    const Bench bench(shop, row());
    std::size_t n_rows = 0;
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      const auto block = bench.block(UserIdx(u));
      const auto one = bench.compute(block, kOne, kMargin);
      const auto other = bench.compute(block, kOther, kMargin);
      const std::size_t stride = bench.n_columns + kMargin;
      for (std::size_t i = 0; i < one.size(); ++i) {
        if (i % stride < bench.n_columns) {
          ASSERT_EQ(std::bit_cast<std::uint32_t>(one[i]), std::bit_cast<std::uint32_t>(other[i]))
              << row().columns(bench.engine.generator_names())[i % stride].name
              << " is not written for " << shop.users.text(u);
        } else {
          ASSERT_EQ(one[i], kOne) << "wrote behind its columns";
        }
      }
      n_rows += block.n_rows();
    }
    EXPECT_GT(n_rows, 100U);
  }
}

/// Whether the column is one of a generator that proposed nothing to anybody.
bool is_of_a_silent_generator(const ColumnInfo& column, const std::set<std::string>& silent) {
  return std::any_of(silent.begin(), silent.end(), [&](const std::string& generator) {
    return column.name.starts_with(generator + "_");
  });
}

TEST_P(FeatureGroupContract, ValuesAreFiniteOrUnknown) {
  std::vector<ColumnInfo> columns;
  std::set<std::size_t> known;
  std::set<std::string> silent;
  for (const auto& generator : candidates::registry()) silent.emplace(generator.name);
  // some columns look back for months
  for (const auto seed : test::property_seeds(4)) {
    const bool is_long = seed % 2 == 0;
    const auto shop = is_long ? random_shop(seed, 110) : random_shop(seed);
    const Bench bench(shop, row(), test::small_shop_params(),
                      is_long ? test::kOpening + 100 * kUsPerDay : kCut);
    const auto generators = bench.engine.generator_names();
    columns = row().columns(generators);
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      const auto block = bench.block(UserIdx(u));
      for (std::size_t i = 0; i < block.rank.size(); ++i) {
        if (block.rank[i] != kNoRank) silent.erase(generators[i % generators.size()]);
      }
      const auto values = bench.compute(block, 0);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t column = i % bench.n_columns;
        ASSERT_FALSE(std::isinf(values[i])) << columns[column].name;
        // nothing a small shop can count or time comes near this; a forgotten kNoTime passes it
        if (!std::isnan(values[i])) {
          ASSERT_LT(std::abs(values[i]), 1e6F) << columns[column].name;
          known.insert(column);
        }
      }
    }
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    EXPECT_TRUE(known.contains(c) || is_of_a_silent_generator(columns[c], silent))
        << columns[c].name << " is known of nobody";
  }
}

TEST_P(FeatureGroupContract, AnswersTheSameWhateverOthersAreAsked) {
  const auto shop = random_shop(5);
  const Bench bench(shop, row());
  std::vector<Bits> in_order;
  for (std::size_t u = 0; u < shop.users.size(); ++u) in_order.push_back(bench.bits(UserIdx(u)));
  for (std::size_t u = shop.users.size(); u-- > 0;) {
    EXPECT_EQ(bench.bits(UserIdx(u)), in_order[u]) << "asked in reverse";
  }
  std::vector<Bits> at_once(shop.users.size());
  parallel_chunks(at_once.size(), 1, 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) at_once[u] = bench.bits(UserIdx(u));
  });
  EXPECT_EQ(at_once, in_order);
}

TEST_P(FeatureGroupContract, TheSwitchTakesItsColumnsOut) {
  const auto shop = random_shop(2);
  const auto models = test::fit_at(shop, kCut);
  const auto params = test::small_shop_params();  // everything on
  const engine::Engine with(shop, models, params);
  auto switched = params;
  switched[row().section() + ".enabled"] = "false";
  const engine::Engine without(shop, models, switched);
  const auto prefix = std::string(row().name) + "__";
  std::vector<std::string> rest;
  for (const auto& name : with.column_names()) {
    if (!name.starts_with(prefix)) rest.push_back(name);
  }
  EXPECT_EQ(without.column_names(), rest);
  EXPECT_EQ(with.column_names().size(), rest.size() + row().columns(with.generator_names()).size());
}

TEST_P(FeatureGroupContract, CopesWithAShopWithoutACatalog) {
  const auto shop = test::shop_of(test::random_events({.seed = 6}));
  const Bench bench(shop, row());
  std::size_t n_values = 0;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    for (const float value : bench.compute(bench.block(UserIdx(u)), 0)) {
      ASSERT_FALSE(std::isinf(value));
      ++n_values;
    }
  }
  EXPECT_GT(n_values, 100U);
}

TEST_P(FeatureGroupContract, ReadsTheCatalogWhereItSaysSoAndNowhereElse) {
  bool differs = false;
  for (const auto seed : test::property_seeds(3)) {
    const test::RandomShop config{.seed = seed};
    const auto events = test::random_events(config);
    auto products = test::random_catalog(config);
    const auto shop = test::shop_of(events, products);
    constexpr float kNoPrice = std::numeric_limits<float>::quiet_NaN();
    for (auto& product : products) {
      product.category.clear();
      product.title.clear();
      product.price = kNoPrice;
      product.old_price = kNoPrice;
    }
    const auto bare = test::shop_of(events, products);
    ASSERT_EQ(bare.items.size(), shop.items.size());
    const Bench with(shop, row());
    const Bench without(bare, row());
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      const auto block = with.block(UserIdx(u));  // the same candidates for both
      differs = differs || bits_of(with.compute(block, 0)) != bits_of(without.compute(block, 0));
    }
  }
  EXPECT_EQ(differs, row().reads_catalog);
}

/// A user's products with the group's values.
using NamedRows = std::vector<std::pair<std::string, Bits>>;

std::map<std::string, NamedRows> rows_by_name(const Shop& shop, const FeatureGroupInfo& row) {
  const Bench bench(shop, row);
  std::map<std::string, NamedRows> all;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto block = bench.block(UserIdx(u));
    const auto values = bench.compute(block, 0);
    auto& rows = all[std::string(shop.users.text(u))];
    for (std::size_t r = 0; r < block.n_rows(); ++r) {
      rows.emplace_back(shop.items.external(block.item[r]),
                        bits_of(std::span(values).subspan(r * bench.n_columns, bench.n_columns)));
    }
  }
  return all;
}

TEST_P(FeatureGroupContract, CannotTellOneFutureFromAnother) {
  for (const auto seed : test::property_seeds(3)) {
    const test::RandomShop config{.seed = seed};
    const auto events = test::random_events(config);
    const auto products = test::random_catalog(config);
    const auto expected = rows_by_name(test::shop_of(events, products), row());
    for (const auto& future : test::other_futures(events, products, kCut, seed)) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", future " << future.name);
      std::size_t n_compared = 0;
      for (const auto& [user, rows] :
           rows_by_name(test::shop_of(future.events, future.products), row())) {
        const auto it = expected.find(user);
        if (it == expected.end()) continue;  // born in that future
        ASSERT_EQ(rows, it->second) << user;
        ++n_compared;
      }
      EXPECT_GT(n_compared, 30U);
    }
  }
}

TEST(Repurchase, SaysNothingOfALogShorterThanItsMinimum) {
  const auto shop = random_shop(3);
  const auto row = std::ranges::find(registry(), "repurchase", &FeatureGroupInfo::name);
  auto params = test::small_shop_params();
  params["models.repurchase.min_days"] = "9";
  const Bench bench(shop, *row, params);
  std::size_t n_values = 0;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    for (const float value : bench.compute(bench.block(UserIdx(u)), 0)) {
      ASSERT_TRUE(std::isnan(value));
      ++n_values;
    }
  }
  EXPECT_GT(n_values, 100U);
}

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
  return std::string(registry()[info.param].name);
}

INSTANTIATE_TEST_SUITE_P(Registry, FeatureGroupContract,
                         testing::Range<std::size_t>(0, registry().size()), name_of);

}  // namespace
}  // namespace vitrina::features
