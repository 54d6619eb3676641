#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "models/titles.hpp"
#include "support/feature_oracle.hpp"

// Title neighbours by comparing every pair of products, without an index.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOracleCut;
constexpr double kTolerance = 1e-5;

double naive_cosine(const Catalog& catalog, ItemIdx a, ItemIdx b) {
  double dot = 0;
  for (std::size_t d = 0; d < catalog.vector_dim; ++d) {
    dot += double{catalog.vector(a)[d]} * double{catalog.vector(b)[d]};
  }
  return dot;
}

bool share_a_word(const Catalog& catalog, ItemIdx a, ItemIdx b) {
  const auto left = catalog.title_words.row(a.value);
  const std::set<std::uint32_t> words(left.begin(), left.end());
  const auto right = catalog.title_words.row(b.value);
  return std::any_of(right.begin(), right.end(),
                     [&](std::uint32_t word) { return words.contains(word); });
}

TEST(TitlesOracle, AgreesWithComparingAll) {
  // generous limits: the index then only leaves out those without a word in common
  const TitlesConfig config{
      .neighbours = 5, .max_events = 40, .max_word_products = 1000, .max_compared = 1000};
  std::size_t n_pairs = 0;
  for (const auto seed : test::property_seeds(4)) {
    const auto events = test::random_events({.seed = seed});
    const auto shop = test::shop_of(events, test::random_catalog({.seed = seed}));
    const auto model = Titles::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config);
    std::map<std::string, std::size_t> n_events;
    for (const auto& event : std::set<test::Event>(events.begin(), events.end())) {
      if (event.time < kCut && test::is_trace(event)) ++n_events[event.item];
    }
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << " " << shop.items.text(i));
      std::vector<double> expected;
      for (std::size_t j = 0; j < shop.items.size(); ++j) {
        const auto n = n_events[std::string(shop.items.text(j))];
        const bool is_cold = n > 0 && n <= 40;
        const bool is_seen = n_events[std::string(shop.items.text(i))] > 0;
        if (i == j || !is_cold || !is_seen) continue;
        if (!share_a_word(shop.catalog, ItemIdx(i), ItemIdx(j))) continue;
        const double cosine = naive_cosine(shop.catalog, ItemIdx(i), ItemIdx(j));
        if (cosine > 0) expected.push_back(cosine);
      }
      std::sort(expected.rbegin(), expected.rend());
      expected.resize(std::min<std::size_t>(expected.size(), 5));
      const auto found = model.neighbours(ItemIdx(i));
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t r = 0; r < found.size(); ++r) {
        EXPECT_NEAR(found[r].score, expected[r], kTolerance);
        EXPECT_NEAR(found[r].score, naive_cosine(shop.catalog, ItemIdx(i), found[r].id),
                    kTolerance);
      }
      n_pairs += found.size();
    }
  }
  EXPECT_GT(n_pairs, 100U);
}

TEST(TitlesOracle, FrequentWordsAreNoReasonToCompare) {
  const auto shop =
      test::shop_of(test::random_events({.seed = 1}), test::random_catalog({.seed = 1}));
  const FitContext context{shop, kCut, kUsPerDay, 20, 10, 1};
  const auto strict = Titles::fit(context, {.max_events = 1000, .max_word_products = 2});
  const auto loose = Titles::fit(context, {.max_events = 1000});
  std::size_t n_strict = 0;
  std::size_t n_loose = 0;
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    n_strict += strict.neighbours(ItemIdx(i)).size();
    n_loose += loose.neighbours(ItemIdx(i)).size();
  }
  EXPECT_GT(n_strict, 0U);
  EXPECT_LT(n_strict, n_loose);
}

}  // namespace
}  // namespace vitrina::models
