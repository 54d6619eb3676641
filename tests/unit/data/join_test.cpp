#include "data/join.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/title_vectors.hpp"
#include "support/events.hpp"
#include "support/random_shop.hpp"

namespace vitrina {
namespace {

using test::Event;
using test::Product;

constexpr TimeUs kNow = test::kOpening;

Event view(const char* user, const char* item, TimeUs time = kNow) {
  return {user, item, time, Action::kView, 0, ""};
}

std::vector<std::string> names_of(const ProductSpace& products) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < products.items.size(); ++i) ids.emplace_back(products.items.text(i));
  return ids;
}

const std::vector<Product> kKnown{{"b", "cups", 2, "red cup"}, {"m", "mugs", 3, "blue mug"}};

Shop known_shop() { return test::shop_of(std::vector{view("u", "b"), view("u", "m")}, kKnown); }

TEST(Join, KnownProductsComeFirstThenListedThenMetOnes) {
  const auto known = known_shop();
  const auto own = test::shop_of(
      std::vector{view("u", "z"), view("u", "a"), view("u", "m")},
      std::vector<Product>{{"m", "mugs", 1, ""}, {"q", "cups", 1, ""}, {"c", "cups", 1, ""}});
  const auto joined = join(own, known);
  EXPECT_EQ(names_of(joined.shop), (std::vector<std::string>{"b", "m", "c", "q", "a", "z"}));
  for (const auto& id : names_of(joined.shop)) {
    EXPECT_EQ(joined.shop.items.external(test::item_of(joined.shop, id)), id);
  }
  EXPECT_FALSE(joined.shop.items.find("d").has_value());
  // of those that only the log names nothing is known
  const auto& catalog = joined.shop.catalog;
  EXPECT_EQ(catalog.n_items(), 4U);
  EXPECT_EQ(catalog.title_words.n_rows(), 4U);
  EXPECT_FALSE(catalog.category_of(ItemIdx(5)).valid());
  EXPECT_EQ(catalog.cosine(ItemIdx(5), ItemIdx(0)), 0);
}

TEST(Join, KnownProductsKeepWhatIsKnownOfThem) {
  const auto own = test::shop_of(
      std::vector{view("u", "b")},
      std::vector<Product>{{"b", "mugs", 9, "green cup"}, {"m", "mugs", 3, "blue mug"}});
  const auto joined = join(own, known_shop());
  EXPECT_EQ(joined.other_prices, 1U);
  EXPECT_EQ(joined.other_categories, 1U);
  const auto b = test::item_of(joined.shop, "b");
  EXPECT_EQ(joined.shop.catalog.price[b.value], 2);
  EXPECT_EQ(joined.shop.categories.external(joined.shop.catalog.category[b.value]), "cups");
}

TEST(Join, NewProductsBringTheirOwnAndAreReadByKnownWords) {
  const auto known = known_shop();
  const auto own = test::shop_of(
      std::vector{view("u", "x")},
      std::vector<Product>{{"x", "jugs", 7, "huge red jug"}, {"y", "cups", 8, "tiny pot"}});
  const auto joined = join(own, known).shop;
  const auto x = test::item_of(joined, "x");
  const auto y = test::item_of(joined, "y");
  EXPECT_EQ(joined.catalog.price[x.value], 7);
  EXPECT_EQ(joined.categories.external(joined.catalog.category[x.value]), "jugs");
  EXPECT_GE(joined.catalog.category[x.value].value, known.categories.size());
  EXPECT_EQ(joined.categories.external(joined.catalog.category[y.value]), "cups");
  EXPECT_EQ(joined.catalog.n_categories, joined.categories.size());
  const auto title = joined.catalog.title_words.row(x.value);
  ASSERT_EQ(title.size(), 1U);  // of the words only «red» is known
  EXPECT_EQ(joined.words.text(title[0]), "red");
  std::vector<float> vector(kTitleVectorDim);
  write_title_vector(title, joined.words, joined.catalog.word_idf, vector);
  EXPECT_TRUE(std::ranges::equal(joined.catalog.vector(x), vector));
  EXPECT_TRUE(std::ranges::all_of(joined.catalog.vector(y), [](float v) { return v == 0; }));
}

TEST(Join, TheCatalogAtHandSaysWhatIsListed) {
  const auto with = join(test::shop_of(std::vector{view("u", "b"), view("u", "new")},
                                       std::vector<Product>{{"b", "cups", 1, ""}}),
                         known_shop())
                        .shop;
  EXPECT_EQ(with.catalog.is_listed[test::item_of(with, "b").value], 1);
  EXPECT_EQ(with.catalog.is_listed[test::item_of(with, "m").value], 0);
  EXPECT_FALSE(with.catalog.has(test::item_of(with, "new")));
  const auto without =
      join(test::shop_of(std::vector{view("u", "b"), view("u", "new")}), known_shop()).shop;
  EXPECT_EQ(without.catalog.is_listed[test::item_of(without, "m").value], 1);
  EXPECT_FALSE(without.catalog.has(test::item_of(without, "new")));
}

TEST(Join, ItsOwnProductsChangeNothing) {
  const test::RandomShop config{.seed = 3};
  const auto shop = test::shop_of(test::random_events(config), test::random_catalog(config));
  const auto joined = join(shop, shop);
  EXPECT_EQ(joined.shop.items.size(), shop.items.size());
  EXPECT_EQ(joined.other_prices, 0U);
  EXPECT_EQ(joined.other_categories, 0U);
  EXPECT_EQ(joined.shop.events.item, shop.events.item);
  EXPECT_EQ(joined.shop.events.page, shop.events.page);
  EXPECT_EQ(joined.shop.events.device, shop.events.device);
  EXPECT_EQ(joined.shop.catalog.category, shop.catalog.category);
  EXPECT_EQ(joined.shop.catalog.vectors, shop.catalog.vectors);
  EXPECT_EQ(joined.shop.catalog.is_listed, shop.catalog.is_listed);
}

// Whoever else is in the log, a customer's events come in one order and of two products the same
// one first.
TEST(Join, OtherCustomersDoNotChangeACustomersEvents) {
  for (const auto seed : test::property_seeds(4)) {
    const test::RandomShop config{.seed = seed};
    const auto events = test::random_events(config);
    const auto products = test::random_catalog(config);
    std::vector<Event> few;
    std::ranges::copy_if(events, std::back_inserter(few),
                         [](const Event& event) { return event.item < "p01"; });
    ASSERT_FALSE(few.empty());
    const auto known = test::shop_of(few, std::span(products).first(products.size() / 2));
    const auto whole = join(test::shop_of(events, products), known).shop;
    for (std::size_t u = 0; u < whole.users.size(); ++u) {
      std::vector<Event> own;
      std::ranges::copy_if(events, std::back_inserter(own),
                           [&](const Event& event) { return event.user == whole.users.text(u); });
      const auto alone = join(test::shop_of(own, products), known).shop;
      const auto in_whole = whole.events.of(UserIdx(u));
      const auto by_itself = alone.events.of(UserIdx(0));
      ASSERT_EQ(in_whole.size(), by_itself.size());
      for (std::size_t e = 0; e < in_whole.size(); ++e) {
        EXPECT_EQ(in_whole.time[e], by_itself.time[e]);
        EXPECT_EQ(in_whole.page[e], by_itself.page[e]);
        ASSERT_EQ(in_whole.item[e].valid(), by_itself.item[e].valid());
        if (!in_whole.item[e].valid()) continue;
        EXPECT_EQ(whole.items.external(in_whole.item[e]), alone.items.external(by_itself.item[e]));
      }
    }
  }
}

}  // namespace
}  // namespace vitrina
