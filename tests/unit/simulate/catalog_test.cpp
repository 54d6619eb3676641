#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <unordered_map>

#include "core/rng.hpp"
#include "unit/simulate/shops.hpp"

namespace vitrina::simulate {
namespace {

const CatalogSnapshot& catalog() { return small_shop().catalog; }

double share_of(std::size_t n) {
  return static_cast<double>(n) / static_cast<double>(catalog().n_rows());
}

TEST(SimulatedCatalog, ColumnsAgreeAndIdsAreDistinctInOrder) {
  const auto& c = catalog();
  const std::size_t n = c.n_rows();
  ASSERT_NEAR(static_cast<double>(n), static_cast<double>(catalog_size(0.05)), 100.0);
  EXPECT_EQ(c.add_date.size(), n);
  EXPECT_EQ(c.shop_id.size(), n);
  EXPECT_EQ(c.category_id.size(), n);
  EXPECT_EQ(c.price.size(), n);
  EXPECT_EQ(c.old_price.size(), n);
  EXPECT_EQ(c.title_words.n_rows(), n);
  EXPECT_EQ(c.mapped_product, c.product_id);
  EXPECT_EQ(c.vector_id.size(), n);
  EXPECT_EQ(c.vectors.size(), n * c.dim);
  for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(c.vector_id[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(std::adjacent_find(c.product_id.begin(), c.product_id.end(), std::greater_equal<>()),
            c.product_id.end());
  EXPECT_EQ(std::set<std::string>(c.shop_id.begin(), c.shop_id.end()).size(), 1U);
}

TEST(SimulatedCatalog, PricesHaveTheCasesShape) {
  const auto& c = catalog();
  std::size_t equal = 0;
  std::size_t ends_in_90 = 0;
  for (std::size_t i = 0; i < c.n_rows(); ++i) {
    ASSERT_GE(c.price[i], 20);
    ASSERT_LE(c.price[i], c.old_price[i]);
    equal += c.price[i] == c.old_price[i] ? 1 : 0;
    ends_in_90 += c.old_price[i] % 100 == 90 ? 1 : 0;
  }
  EXPECT_NEAR(share_of(equal), 0.343, 0.03);
  EXPECT_GT(share_of(ends_in_90), 0.8);
}

TEST(SimulatedCatalog, HalfOfTheAddDatesAreLaterThanTheLog) {
  const auto& c = catalog();
  std::map<TimeUs, std::size_t> days;
  std::size_t after = 0;
  for (const auto date : c.add_date) {
    after += date >= day_start(22) ? 1 : 0;
    ++days[date / kUsPerDay];
  }
  EXPECT_NEAR(share_of(after), 0.51, 0.03);
  const auto most = std::max_element(
      days.begin(), days.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_EQ(format_time(most->first * kUsPerDay), "2024-09-30T00:00:00");
  EXPECT_GT(share_of(most->second), 0.45);
}

TEST(SimulatedCatalog, LacksMostOfWhatWentOffSale) {
  const auto& shop = small_shop();
  const std::set<std::string> listed(catalog().product_id.begin(), catalog().product_id.end());
  std::set<std::uint32_t> missing;
  for (const auto item : shop.products.values) {
    if (item != junk_item(shop) && !listed.contains(shop.item_ids[item])) missing.insert(item);
  }
  EXPECT_GT(share_of(missing.size()), 0.01);
  EXPECT_LT(share_of(missing.size()), 0.08);
  // They are seen early and hardly at the end.
  std::size_t late = 0;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    if (shop.time[e] < day_start(21)) continue;
    for (const auto item : shop.products.row(e)) late += missing.contains(item) ? 1 : 0;
  }
  EXPECT_LT(late, missing.size() / 4);
}

TEST(SimulatedCatalog, NewProductsHaveNoEventsBeforeTheyArrive) {
  // Numbers rise with the date of arrival, so the last twentieth arrived late in the log.
  const auto& shop = small_shop();
  std::vector<std::pair<long, std::uint32_t>> by_number;
  by_number.reserve(shop.item_ids.size());
  for (std::uint32_t i = 0; i < junk_item(shop); ++i) {
    by_number.emplace_back(std::stol(shop.item_ids[i]), i);
  }
  std::sort(by_number.begin(), by_number.end());
  const std::size_t from = by_number.size() - by_number.size() / 20;
  std::set<std::uint32_t> late;
  for (std::size_t i = from; i < by_number.size(); ++i) late.insert(by_number[i].second);
  std::size_t early_events = 0;
  std::size_t events = 0;
  for (std::size_t e = 0; e < shop.n_events(); ++e) {
    for (const auto item : shop.products.row(e)) {
      if (!late.contains(item)) continue;
      ++events;
      early_events += shop.time[e] < day_start(9) ? 1 : 0;
    }
  }
  EXPECT_GT(events, 100U);
  EXPECT_EQ(early_events, 0U);
}

TEST(SimulatedCatalog, TitlesAndVectorsAgreeWithCategories) {
  const auto& c = catalog();
  std::unordered_map<std::string, std::vector<std::size_t>> rows_of;
  for (std::size_t i = 0; i < c.n_rows(); ++i) rows_of[c.category_id[i]].push_back(i);
  const auto cosine = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t d = 0; d < c.dim; ++d) {
      sum += static_cast<double>(c.vectors[a * c.dim + d]) * c.vectors[b * c.dim + d];
    }
    return sum;
  };
  const auto share_a_word = [&](std::size_t a, std::size_t b) {
    const auto words = c.title_words.row(b);
    return std::any_of(c.title_words.row(a).begin(), c.title_words.row(a).end(), [&](auto word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    });
  };
  Rng rng(1);
  constexpr int kPairs = 4000;
  double same = 0;
  double random = 0;
  double same_word = 0;
  double n_words = 0;
  for (int i = 0; i < kPairs; ++i) {
    const std::size_t a = rng.below(c.n_rows());
    const auto& group = rows_of[c.category_id[a]];
    const std::size_t b = group[rng.below(group.size())];
    EXPECT_NEAR(cosine(a, a), 1.0, 1e-4);
    same += cosine(a, b) / kPairs;
    same_word += share_a_word(a, b) ? 1.0 / kPairs : 0.0;
    random += cosine(a, rng.below(c.n_rows())) / kPairs;
    n_words += static_cast<double>(c.title_words.row(a).size()) / kPairs;
  }
  EXPECT_GT(same, random + 0.15);
  EXPECT_GT(same_word, 0.95);
  EXPECT_NEAR(n_words, 5.4, 0.6);
  EXPECT_EQ(c.title(0).find_first_not_of("0123456789 "), std::string::npos);
}

}  // namespace
}  // namespace vitrina::simulate
