#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/page_products.hpp"
#include "support/random_shop.hpp"

// What follows a page, by looking back from every purchase through the raw log.

namespace vitrina::models {
namespace {

constexpr TimeUs kCut = test::kOpening + 8 * kUsPerDay;
constexpr double kTolerance = 1e-4;

/// Visits of several pages and purchases: random_events() alone rarely has two rows in a visit.
std::vector<test::Event> random_visits(std::uint64_t seed) {
  Rng rng(seed, 7);
  std::vector<test::Event> events;
  for (int visit = 0; visit < 400; ++visit) {
    const auto user = "u" + std::to_string(rng.below(30));
    auto time = test::kOpening + static_cast<TimeUs>(rng.below(9 * kUsPerDay));
    const auto n_rows = 2 + rng.below(8);
    for (std::uint64_t r = 0; r < n_rows; ++r) {
      time += static_cast<TimeUs>(rng.below(20)) * 60 * kUsPerSecond;
      const Action actions[] = {Action::kCategoryPage, Action::kSearch, Action::kBasketAdd,
                                Action::kOrder, Action::kView};
      const auto action = actions[rng.below(5)];
      const auto page = static_cast<std::uint32_t>(rng.below(7));
      const bool is_page = action == Action::kCategoryPage || action == Action::kSearch;
      const auto item = is_page ? std::string() : "p" + std::to_string(rng.below(12));
      events.push_back({user, item, time, action, page, ""});
    }
  }
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
  return events;
}

struct Naive {
  std::map<std::uint32_t, double> visits;
  std::map<std::pair<std::uint32_t, std::string>, std::array<double, 1 + kPageWindowCount>> worth;
};

Naive count(std::vector<test::Event> events, const PageProductsConfig& config) {
  std::sort(events.begin(), events.end(), [](const test::Event& a, const test::Event& b) {
    return std::tie(a.user, a.time, a.action, a.item, a.page) <
           std::tie(b.user, b.time, b.action, b.item, b.page);
  });
  std::erase_if(events, [](const test::Event& event) { return event.time >= kCut; });
  Naive naive;
  const auto is_page = [](const test::Event& event) {
    return event.page != 0 &&
           (event.action == Action::kCategoryPage || event.action == Action::kSearch);
  };
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto& event = events[e];
    // the rows of the same visit before this one, the newest first
    std::vector<std::uint32_t> pages;
    for (std::size_t b = e; b-- > 0;) {
      if (events[b].user != event.user || events[b + 1].time - events[b].time > kVisitGap) break;
      const bool is_new = std::find(pages.begin(), pages.end(), events[b].page) == pages.end();
      if (is_page(events[b]) && is_new) pages.push_back(events[b].page);
    }
    const double faded = std::exp2(-to_days(kCut - event.time) / config.half_life_days);
    if (is_page(event)) {
      const bool is_new = std::find(pages.begin(), pages.end(), event.page) == pages.end();
      naive.visits[event.page] += is_new ? faded : 0;
    }
    if (event.item.empty()) continue;
    if (event.action != Action::kBasketAdd && event.action != Action::kOrder) continue;
    for (std::size_t p = 0; p < pages.size() && p < std::size_t(config.pages_back); ++p) {
      const double worth =
          (event.action == Action::kOrder ? 3.0 : 1.0) / static_cast<double>(p + 1);
      auto& sums = naive.worth[{pages[p], event.item}];
      sums[0] += worth * faded;
      for (std::size_t w = 0; w < kPageWindowCount; ++w) {
        sums[1 + w] += to_days(kCut - event.time) <= kPageWindowsDays[w] ? worth : 0;
      }
    }
  }
  return naive;
}

TEST(PageProductsOracle, AgreesWithLookingBack) {
  const PageProductsConfig config{
      .half_life_days = 2, .products = 100, .pages_back = 2, .prior_visits = 3};
  std::size_t n_pairs = 0;
  for (const auto seed : test::property_seeds(4)) {
    const auto events = random_visits(seed);
    const auto shop = test::shop_of(events);
    const auto model = PageProducts::fit({shop, kCut, kUsPerDay, 20, 10, 2}, config);
    auto naive = count(events, config);
    std::size_t n_found = 0;
    for (std::uint32_t page = 0; page < 8; ++page) {
      float before = 1e9F;
      for (const auto& entry : model.after(page)) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << " page " << page << " "
                                        << shop.items.external(entry.item));
        const auto it = naive.worth.find({page, std::string(shop.items.external(entry.item))});
        ASSERT_NE(it, naive.worth.end());
        const double rate = it->second[0] / (naive.visits[page] + config.prior_visits);
        EXPECT_NEAR(entry.rate, rate, kTolerance * rate);
        EXPECT_LE(entry.rate, before);
        before = entry.rate;
        for (std::size_t w = 0; w < kPageWindowCount; ++w) {
          EXPECT_NEAR(entry.worth[w], it->second[1 + w], kTolerance * (1 + it->second[1 + w]));
        }
        ++n_found;
      }
    }
    EXPECT_EQ(n_found, naive.worth.size());
    EXPECT_TRUE(model.after(0).empty());
    n_pairs += n_found;
  }
  EXPECT_GT(n_pairs, 100U);
}

TEST(PageProductsOracle, KeepsTheBestOfAPage) {
  const auto events = random_visits(1);
  const auto shop = test::shop_of(events);
  const FitContext context{shop, kCut, kUsPerDay, 20, 10, 1};
  const auto all = PageProducts::fit(context, {.products = 100});
  const auto best = PageProducts::fit(context, {.products = 3});
  for (std::uint32_t page = 1; page < 7; ++page) {
    ASSERT_EQ(best.after(page).size(), std::min<std::size_t>(3, all.after(page).size()));
    for (std::size_t r = 0; r < best.after(page).size(); ++r) {
      EXPECT_EQ(best.after(page)[r].item, all.after(page)[r].item);
    }
  }
}

}  // namespace
}  // namespace vitrina::models
