#include "evaluation/quotas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/rng.hpp"
#include "support/random_shop.hpp"

namespace vitrina::evaluation {
namespace {

std::vector<ItemIdx> items(std::initializer_list<std::uint32_t> values) {
  return {values.begin(), values.end()};
}

/// Mean recall and mean size of the buyers' unions under quotas.
Quotas recounted(const std::vector<BuyerLists>& buyers, const std::vector<std::size_t>& quotas) {
  Quotas sum{quotas, 0, 0};
  for (const auto& buyer : buyers) {
    std::set<ItemIdx> all;
    for (std::size_t g = 0; g < quotas.size(); ++g) {
      const auto n = std::min(quotas[g], buyer.lists[g].size());
      all.insert(buyer.lists[g].begin(), buyer.lists[g].begin() + static_cast<std::ptrdiff_t>(n));
    }
    double found = 0;
    for (const auto item : buyer.bought) found += all.contains(item) ? 1 : 0;
    sum.recall_a += found / static_cast<double>(buyer.bought.size());
    sum.products += static_cast<double>(all.size());
  }
  sum.recall_a /= static_cast<double>(buyers.size());
  sum.products /= static_cast<double>(buyers.size());
  return sum;
}

TEST(Quotas, TakeWhatIsBoughtAndNothingElse) {
  // the first list has what was bought at rank 2, the second what the first has, the third nothing
  const std::vector<BuyerLists> buyers{
      {{items({5, 6, 7}), items({6, 5, 8}), items({1, 2, 3})}, items({6})}};
  const auto found = learn_quotas(buyers, 10);
  EXPECT_EQ(found.of_generator, (std::vector<std::size_t>{0, 1, 0}));
  EXPECT_DOUBLE_EQ(found.recall_a, 1);
  EXPECT_DOUBLE_EQ(found.products, 1);
}

TEST(Quotas, LookBehindAStretchThatBringsNothing) {
  BuyerLists buyer{{{}, items({99})}, items({12})};
  for (std::uint32_t i = 0; i < 20; ++i) buyer.lists[0].emplace_back(i);
  const auto found = learn_quotas(std::vector{buyer}, 25);
  EXPECT_EQ(found.of_generator[0], 20U);
  EXPECT_DOUBLE_EQ(found.recall_a, 1);
  EXPECT_EQ(learn_quotas(std::vector{buyer}, 12).of_generator[0], 0U) << "it does not fit";
}

TEST(Quotas, WithoutBuyersThereAreNone) { EXPECT_TRUE(learn_quotas({}, 100).of_generator.empty()); }

TEST(Quotas, ABuyerWithoutListsCountsAsMissed) {
  const std::vector<BuyerLists> buyers{{{items({1})}, items({1})}, {{{}}, items({2})}};
  EXPECT_DOUBLE_EQ(learn_quotas(buyers, 5).recall_a, 0.5);
}

TEST(Quotas, AreWithinTheBudgetAndCountRight) {
  for (const auto seed : test::property_seeds(20)) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    std::vector<BuyerLists> buyers(1 + rng.below(30));
    for (auto& buyer : buyers) {
      buyer.lists.resize(4);
      for (auto& list : buyer.lists) {
        std::set<std::uint32_t> distinct;
        for (std::size_t n = rng.below(60); n > 0; --n) {
          const auto item = static_cast<std::uint32_t>(rng.below(100));
          if (distinct.insert(item).second) list.emplace_back(item);
        }
      }
      std::set<ItemIdx> bought{ItemIdx(rng.below(120))};
      for (std::size_t n = rng.below(4); n > 0; --n) bought.insert(ItemIdx(rng.below(120)));
      buyer.bought.assign(bought.begin(), bought.end());
    }
    const auto budget = static_cast<double>(1 + rng.below(80));
    const auto found = learn_quotas(buyers, budget);
    const auto counted = recounted(buyers, found.of_generator);
    EXPECT_LE(found.products, budget);
    EXPECT_NEAR(found.products, counted.products, 1e-9);
    EXPECT_NEAR(found.recall_a, counted.recall_a, 1e-9);
  }
}

}  // namespace
}  // namespace vitrina::evaluation
