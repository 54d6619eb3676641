#include "ranking/training_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

/// Two users of four rows: the first bought its row 1 (and something that is no candidate), the
/// second nothing. Column 0 numbers the rows.
Examples two_users() {
  Examples examples;
  examples.columns = {"row"};
  examples.offsets = {0, 4, 8};
  for (int r = 0; r < 8; ++r) {
    examples.features.push_back(static_cast<float>(r));
    examples.label.push_back(r == 1 ? 0.5F : 0.0F);
    examples.weight.push_back(r == 1 ? 1.0F : 2.0F);
    examples.own_valid.push_back(static_cast<float>(r % 4));
    examples.own_final.push_back(static_cast<float>(10 * (r % 4)));
  }
  examples.user_weight = {1, 3};
  examples.is_buyer = {1, 0};
  examples.user_features = {3, 7};
  examples.user_own_valid = {3, 3};
  examples.user_own_final = {30, 30};
  return examples;
}

TrainingRows select(const Examples& examples, Target target, Part part = {}) {
  const Examples* folds[] = {&examples};
  return select_rows(folds, Lineage::kValid, target, part,
                     fit_base(folds, Lineage::kValid, target));
}

using Floats = std::vector<float>;

/// The only column.
Floats column_of(const TrainingRows& rows) {
  Floats column;
  for (const float* row : rows.features) column.push_back(*row);
  return column;
}

TEST(TrainingRows, OnePartHasEveryRow) {
  const auto examples = two_users();
  const auto share = select(examples, Target::kShare);
  EXPECT_EQ(column_of(share), examples.features);
  EXPECT_EQ(share.label, examples.label);
  EXPECT_EQ(share.weight, examples.weight);
  EXPECT_EQ(share.own, examples.own_valid);
  EXPECT_EQ(select(examples, Target::kHit).label, (Floats{0, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(TrainingRows, OfBuyersLeaveOutTheOthers) {
  const auto examples = two_users();
  EXPECT_EQ(column_of(select(examples, Target::kOfBuyer)), (Floats{0, 1, 2, 3}));
}

TEST(TrainingRows, PartsShareTheRowsThatWereNotBought) {
  const auto examples = two_users();
  std::vector<int> seen(8);
  double weight = 0;
  for (std::uint64_t part = 0; part < 3; ++part) {
    const auto rows = select(examples, Target::kShare, {part, 3, 42});
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      ++seen[static_cast<std::size_t>(*rows.features[r])];
      if (rows.label[r] == 0) weight += double{rows.weight[r]};
    }
  }
  EXPECT_EQ(seen, (std::vector<int>{1, 3, 1, 1, 1, 1, 1, 1})) << "the bought row is in every part";
  EXPECT_EQ(weight, 3 * 7 * 2.0) << "each part stands for all rows";
}

TEST(TrainingRows, APartIsDrawnByItsSeed) {
  const auto examples = two_users();
  const auto one = column_of(select(examples, Target::kShare, {0, 2, 1}));
  EXPECT_EQ(column_of(select(examples, Target::kShare, {0, 2, 1})), one);
  bool differs = false;
  for (std::uint64_t seed = 2; seed < 6; ++seed) {
    differs = differs || column_of(select(examples, Target::kShare, {0, 2, seed})) != one;
  }
  EXPECT_TRUE(differs);
}

TEST(TrainingRows, UsersAreTheirStrongestRows) {
  const auto examples = two_users();
  const Examples* folds[] = {&examples, &examples};
  const auto users = select_users(folds, Lineage::kFinal).rows;
  EXPECT_EQ(column_of(users), (Floats{3, 7, 3, 7}));
  EXPECT_EQ(users.label, (Floats{1, 0, 1, 0}));
  EXPECT_EQ(users.weight, (Floats{1, 3, 1, 3}));
  EXPECT_EQ(users.own, (Floats{30, 30, 30, 30}));
}

/// A window of 1,000 users with one row each, of which so many are bought.
Examples window_of(int n_bought) {
  Examples window;
  window.columns = {"row"};
  for (int u = 0; u < 1'000; ++u) {
    window.offsets.push_back(window.offsets.size());
    window.features.push_back(0);
    window.label.push_back(u < n_bought ? 1.0F : 0.0F);
    window.is_buyer.push_back(u < n_bought ? 1 : 0);
    for (auto* ones : {&window.weight, &window.own_valid, &window.own_final, &window.user_weight,
                       &window.user_features, &window.user_own_valid, &window.user_own_final}) {
      ones->push_back(1);
    }
  }
  return window;
}

TEST(TrainingRows, AWindowsLevelIsItsOwnAndTheMeanIsNone) {
  const auto quiet = window_of(50);
  const auto usual = window_of(100);
  const auto busy = window_of(200);
  const Examples* folds[] = {&quiet, &usual, &busy};
  const auto base = fit_base(folds, Lineage::kValid, Target::kHit);
  const auto rows = select_rows(folds, Lineage::kValid, Target::kHit, {}, base);
  const auto users = select_users(folds, Lineage::kValid).rows;
  for (const auto* level : {&rows.level, &users.level}) {
    ASSERT_EQ(level->size(), 3000U);
    const double low = level->at(0);
    const double middle = level->at(1000);
    const double high = level->at(2000);
    EXPECT_NEAR(low + middle + high, 0, 1e-5);
    // differences of logits, drawn a little toward each other
    EXPECT_NEAR(middle - low, logit(0.1) - logit(0.05), 0.1);
    EXPECT_NEAR(high - middle, logit(0.2) - logit(0.1), 0.1);
    EXPECT_EQ(level->at(999), level->at(0));
  }
}

TEST(TrainingRows, AWindowWithoutBuyersDoesNotMoveTheOthersFar) {
  const auto none = window_of(0);
  const auto few = window_of(3);
  const Examples* folds[] = {&none, &few, &few, &few};
  const auto users = select_users(folds, Lineage::kValid).rows;
  EXPECT_LT(users.level.front(), 0);
  EXPECT_GT(users.level.front(), -0.5);
  EXPECT_LT(users.level.back(), 0.2);
}

TEST(TrainingRows, MomentsInsideVisitsHaveNoSayInALevel) {
  auto usual = window_of(100);
  auto busy = window_of(200);
  const Examples* folds[] = {&usual, &busy};
  const auto base = fit_base(folds, Lineage::kValid, Target::kShare);
  const auto before = select_rows(folds, Lineage::kValid, Target::kShare, {}, base).level.front();
  std::fill(busy.user_weight.begin() + 100, busy.user_weight.begin() + 200, 0.0F);
  // without half of its buyers the second window is one like the first
  const auto after = select_rows(folds, Lineage::kValid, Target::kShare, {}, base).level.front();
  EXPECT_LT(before, -0.3);
  EXPECT_NEAR(after, 0, 0.06);
}

TEST(TrainingRows, TheStrongestRowIsTheFirstOfEquals) {
  EXPECT_EQ(strongest_row(Floats{0, 2, 2, 1}), 1U);
  EXPECT_EQ(strongest_row(Floats{0, 0}), 0U);
}

}  // namespace
}  // namespace vitrina::ranking
