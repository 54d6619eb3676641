#include "ranking/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/events.hpp"
#include "support/random_shop.hpp"

namespace vitrina::ranking {
namespace {

constexpr TimeUs kCut = 1'709'510'400 * kUsPerSecond;

/// Rows that are kept of every user with every product, and what they stand for.
struct Kept {
  std::size_t n_rows = 0;
  double weight = 0;
};

/// Every fourth user bought something; of every product the user touched each tenth.
struct Everything {
  Shop shop = test::shop_of(test::random_events({.seed = 3, .n_users = 80, .n_items = 60}), {});

  static bool is_buyer(std::size_t user) { return user % 4 == 0; }
  static bool is_touched(std::size_t item) { return item % 10 == 0; }

  [[nodiscard]] RowCount count(bool buyers) const {
    RowCount rows;
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      if (is_buyer(u) != buyers) continue;
      for (std::size_t i = 0; i < shop.items.size(); ++i) {
        (is_touched(i) ? rows.touched : rows.untouched) += 1;
      }
    }
    return rows;
  }
  [[nodiscard]] Sampler sampler(double budget, std::uint64_t seed = 1) const {
    return {shop, seed, kCut, budget, count(true), count(false)};
  }
  [[nodiscard]] Kept kept(const Sampler& sampler) const {
    Kept kept;
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      if (!sampler.keeps_user(UserIdx(u), is_buyer(u))) continue;
      for (std::size_t i = 0; i < shop.items.size(); ++i) {
        if (!sampler.keeps_row(UserIdx(u), ItemIdx(i), is_touched(i))) continue;
        kept.n_rows += 1;
        kept.weight += double{sampler.row_weight(is_buyer(u), false, is_touched(i))};
      }
    }
    return kept;
  }
};

TEST(Sampler, KeepsEverythingThatFits) {
  const Everything all;
  const double n_rows = all.count(true).all() + all.count(false).all();
  const auto kept = all.kept(all.sampler(n_rows));
  EXPECT_EQ(static_cast<double>(kept.n_rows), n_rows);
  EXPECT_EQ(kept.weight, n_rows);
}

TEST(Sampler, KeepsItsBudgetAndWhatItKeepsStandsForAll) {
  const Everything all;
  const double n_rows = all.count(true).all() + all.count(false).all();
  for (const double share : {0.6, 0.3, 0.1}) {
    double mean_rows = 0;
    double mean_weight = 0;
    constexpr int kSeeds = 60;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const auto kept = all.kept(all.sampler(share * n_rows, static_cast<std::uint64_t>(seed)));
      mean_rows += static_cast<double>(kept.n_rows) / kSeeds;
      mean_weight += kept.weight / kSeeds;
    }
    EXPECT_NEAR(mean_rows / (share * n_rows), 1, 0.1) << share;
    EXPECT_NEAR(mean_weight / n_rows, 1, 0.1) << share;
  }
}

TEST(Sampler, KeepsBuyersAndPrefersWhatTheyTouched) {
  const Everything all;
  const auto sampler = all.sampler(0.1 * (all.count(true).all() + all.count(false).all()));
  EXPECT_TRUE(sampler.keeps_user(UserIdx(0), true));
  EXPECT_EQ(sampler.user_weight(true), 1.0F);
  EXPECT_EQ(sampler.row_weight(true, true, false), 1.0F);
  EXPECT_LT(sampler.row_weight(true, false, true), sampler.row_weight(true, false, false));
}

}  // namespace
}  // namespace vitrina::ranking
