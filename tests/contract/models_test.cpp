#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/file.hpp"
#include "data/join.hpp"
#include "models/model_set.hpp"
#include "support/engine_kit.hpp"
#include "support/futures.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"

// What every model owes: it learns from events before its cut, the same from the same, with any
// number of threads, and comes back from disk as it was.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;

class ModelContract : public testing::TestWithParam<ModelInfo> {
 protected:
  [[nodiscard]] static ModelSet fit(const Shop& shop, int threads = 1) {
    const ModelKind wanted[] = {GetParam().kind};
    return test::fit_at(shop, kCut, wanted, threads);
  }

  /// The archive's bytes: everything that a model is.
  [[nodiscard]] static std::string bytes(const ModelSet& models) {
    const auto path = scratch();
    save_models(models, path);
    return read_file(path);
  }

  [[nodiscard]] static std::filesystem::path scratch() {
    return test::scratch("model_contract_" + std::string(GetParam().name) + ".vtr");
  }
};

Shop random_shop(std::uint64_t seed) {
  const test::RandomShop config{.seed = seed};
  return test::shop_of(test::random_events(config), test::random_catalog(config));
}

TEST_P(ModelContract, FitsOnlyWhatWasAskedFor) {
  const auto models = fit(random_shop(1));
  for (const auto& row : registry()) {
    EXPECT_EQ(row.is_present(models), row.kind == GetParam().kind) << row.name;
  }
}

TEST_P(ModelContract, TheSameFromTheSame) {
  const auto shop = random_shop(1);
  const auto once = bytes(fit(shop));
  EXPECT_EQ(bytes(fit(shop)), once);
  EXPECT_NE(bytes(fit(random_shop(2))), once) << "it learned nothing from the log";
}

TEST_P(ModelContract, TheSameWithOneThreadAndFour) {
  for (const auto seed : test::property_seeds(3)) {
    SCOPED_TRACE(seed);
    const auto shop = random_shop(seed);
    EXPECT_EQ(bytes(fit(shop, 4)), bytes(fit(shop, 1)));
  }
}

TEST_P(ModelContract, RowOrderOfTheLogDoesNotMatter) {
  const test::RandomShop config{.seed = 9};
  auto events = test::random_events(config);
  const auto products = test::random_catalog(config);
  const auto expected = bytes(fit(test::shop_of(events, products)));
  Rng rng(9, 9);
  test::shuffle(events, rng);
  EXPECT_EQ(bytes(fit(test::shop_of(events, products))), expected);
}

TEST_P(ModelContract, ComesBackFromDiskAsItWas) {
  const auto shop = random_shop(3);
  const auto fitted = fit(shop);
  const auto saved = bytes(fitted);
  const auto loaded = load_models(scratch(), shop);
  EXPECT_EQ(bytes(loaded), saved);
}

TEST_P(ModelContract, CannotTellOneFutureFromAnother) {
  for (const auto seed : test::property_seeds(4)) {
    SCOPED_TRACE(seed);
    const test::RandomShop config{.seed = seed};
    const auto events = test::random_events(config);
    const auto products = test::random_catalog(config);
    const auto expected = bytes(fit(test::shop_of(events, products)));
    EXPECT_EQ(bytes(fit(test::shop_of(test::with_more_events(events, kCut, seed), products))),
              expected);
    auto past = events;
    std::erase_if(past, [](const test::Event& event) { return event.time >= kCut; });
    // the products of the future only must keep their places: the archive counts by product
    for (const auto& event : events) {
      if (!event.item.empty())
        past.push_back({"a late one", event.item, kCut, Action::kView, 0, ""});
    }
    EXPECT_EQ(bytes(fit(test::shop_of(past, products))), expected);
  }
}

TEST_P(ModelContract, AnEmptyPastIsAModelToo) {
  const auto shop = random_shop(4);
  const ModelKind wanted[] = {GetParam().kind};
  const auto saved = bytes(test::fit_at(shop, shop.begin, wanted));
  EXPECT_EQ(bytes(load_models(scratch(), shop)), saved);
}

std::string name_of(const testing::TestParamInfo<ModelInfo>& info) {
  return std::string(info.param.name);
}

INSTANTIATE_TEST_SUITE_P(Models, ModelContract, testing::ValuesIn(registry()), name_of);

/// What the models say of products, in external ids.
void expect_same_words(const ModelSet& found, const Shop& shop, const ModelSet& expected,
                       const Shop& base) {
  EXPECT_EQ(found.own_history->rule().weight, expected.own_history->rule().weight);
  EXPECT_EQ(found.own_history->rule().half_life, expected.own_history->rule().half_life);
  EXPECT_EQ(found.own_history->n_buyers(), expected.own_history->n_buyers());
  for (std::size_t i = 0; i < base.items.size(); ++i) {
    const auto item = shop.items.find(base.items.text(i));
    if (!item) continue;
    const auto& stats = found.popularity->stats(*item);
    const auto& expected_stats = expected.popularity->stats(ItemIdx(i));
    EXPECT_EQ(stats.count, expected_stats.count);
    EXPECT_EQ(stats.score, expected_stats.score);
    EXPECT_EQ(stats.n_users, expected_stats.n_users);
    EXPECT_EQ(stats.first, expected_stats.first);
    EXPECT_EQ(found.popularity->position(*item), expected.popularity->position(ItemIdx(i)));
    for (std::size_t m = 0; m < kCovisitationCount; ++m) {
      EXPECT_EQ(test::named(shop, found.covisitation->neighbours(m, *item)),
                test::named(base, expected.covisitation->neighbours(m, ItemIdx(i))));
    }
    EXPECT_EQ(test::named(shop, found.titles->neighbours(*item)),
              test::named(base, expected.titles->neighbours(ItemIdx(i))));
    const auto category = shop.catalog.category[item->value];
    const auto base_category = base.catalog.category[i];
    EXPECT_EQ(found.repurchase->product_rate(*item, category, 2.5),
              expected.repurchase->product_rate(ItemIdx(i), base_category, 2.5));
    EXPECT_EQ(found.repurchase->repeat_share(*item, category),
              expected.repurchase->repeat_share(ItemIdx(i), base_category));
  }
}

TEST(ModelSetContract, NewUsersAndProductsOfTheFutureChangeNothing) {
  for (const auto seed : test::property_seeds(4)) {
    const test::RandomShop config{.seed = seed};
    const auto events = test::random_events(config);
    const auto products = test::random_catalog(config);
    const auto base = test::shop_of(events, products);
    const auto expected = test::fit_at(base, kCut);
    EXPECT_GT(expected.own_history->n_buyers(), 0U);
    for (const auto& future : test::other_futures(events, products, kCut, seed)) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", future " << future.name);
      const auto shop = test::shop_of(future.events, future.products);
      expect_same_words(test::fit_at(shop, kCut), shop, expected, base);
    }
  }
}

TEST(ModelSetContract, KnowsNothingOfProductsThatCameLater) {
  const test::RandomShop config{.seed = 5};
  auto events = test::random_events(config);
  const auto products = test::random_catalog(config);
  const auto base = test::shop_of(events, products);
  const auto fitted = test::fit_at(base, kCut);
  const auto path = test::scratch("larger_shop.vtr");
  save_models(fitted, path);
  const auto loaded = load_models(path, base);
  std::filesystem::remove(path);
  for (const auto* id : {"a first one", "p001 and a half", "z the last"}) {
    events.push_back({"somebody", id, test::kOpening, Action::kOrder, 0, ""});
  }
  const auto larger = join(test::shop_of(events, products), base).shop;
  ASSERT_EQ(larger.items.size(), base.items.size() + 3);
  expect_same_words(loaded, larger, fitted, base);
  for (std::size_t i = base.items.size(); i < larger.items.size(); ++i) {
    const ItemIdx item(i);
    EXPECT_EQ(loaded.popularity->stats(item).first, kNoTime);
    EXPECT_EQ(loaded.popularity->position(item), loaded.popularity->ranking().size());
    EXPECT_TRUE(loaded.covisitation->neighbours(0, item).empty());
    EXPECT_TRUE(loaded.titles->neighbours(item).empty());
    EXPECT_EQ(loaded.repurchase->repeat_share(item, CategoryIdx{}),
              loaded.repurchase->category_repeat_share(CategoryIdx{}));
  }
}

}  // namespace
}  // namespace vitrina::models
