#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/rng.hpp"
#include "oracle/random_booster.hpp"
#include "ranking/tree_explainer.hpp"
#include "support/random_shop.hpp"

// Contributions of columns against LightGBM's own (pred_contrib), on models that LightGBM trained
// from random rows; and against the definition of Shapley values.

namespace vitrina::ranking {
namespace {

/// Both sum thousands of products in another order.
constexpr double kTolerance = 1e-9;

std::vector<float> draw_rows(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values;
  for (std::size_t i = 0; i < n * kColumns; ++i) values.push_back(draw_any(i % kColumns, rng));
  return values;
}

std::vector<double> explain(const TreeExplainer& explainer, const std::vector<float>& values) {
  std::vector<const float*> rows;
  for (std::size_t i = 0; i < values.size(); i += kColumns) rows.push_back(values.data() + i);
  TreeExplainerMemory memory;
  std::vector<double> out(values.size(), -1);
  explainer.explain(rows, memory, out);
  return out;
}

void expect_as_lightgbm(const Booster& booster, std::size_t n_rows, std::uint64_t seed) {
  const auto explainer = TreeExplainer::from_text(booster.to_text());
  ASSERT_EQ(explainer.n_columns(), kColumns);
  const auto values = draw_rows(n_rows, seed);
  const auto ours = explain(explainer, values);
  std::vector<double> theirs(n_rows * (kColumns + 1));
  booster.contributions_by_lightgbm({values.data(), n_rows, kColumns}, 1, theirs);
  std::vector<double> scores(n_rows);
  booster.predict({values.data(), n_rows, kColumns}, 1, scores);
  for (std::size_t r = 0; r < n_rows; ++r) {
    const double* row = theirs.data() + r * (kColumns + 1);
    EXPECT_NEAR(explainer.base(), row[kColumns], kTolerance);
    double sum = explainer.base();
    for (std::size_t c = 0; c < kColumns; ++c) {
      ASSERT_NEAR(ours[r * kColumns + c], row[c], kTolerance) << "row " << r << ", column " << c;
      sum += ours[r * kColumns + c];
    }
    ASSERT_NEAR(sum, scores[r], kTolerance) << "row " << r;
  }
}

class TreeExplainerOracle : public testing::TestWithParam<Growth> {};

TEST_P(TreeExplainerOracle, ContributionsAreLightGbms) {
  for (const auto seed : test::property_seeds(3)) {
    SCOPED_TRACE(seed);
    expect_as_lightgbm(train(GetParam(), seed, 20), 201, seed + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Growths, TreeExplainerOracle,
    testing::Values(Growth{2, ""}, Growth{3, ""}, Growth{12, ""},
                    Growth{12, "zero_as_missing=true"}, Growth{12, "use_missing=false"},
                    Growth{31, "zero_as_missing=true"},
                    Growth{65, "bagging_fraction=0.5 bagging_freq=1"},
                    Growth{200, "zero_as_missing=true"},
                    Growth{12, "max_bin=15 lambda_l2=10 feature_fraction=0.5"}));

TEST(TreeExplainerOracle, ATreeThatFoundNoSplitCountsToo) {
  expect_as_lightgbm(train({12, "min_gain_to_split=1e9"}, 3, 2), 5, 4);
  expect_as_lightgbm(train({12, "min_gain_to_split=40"}, 3, 10), 5, 4);
}

TEST(TreeExplainerOracle, RowsOfAnyNumberAreExplainedAlike) {
  const auto explainer = TreeExplainer::from_text(train({12, ""}, 6, 10).to_text());
  const auto values = draw_rows(9, 7);
  const auto all = explain(explainer, values);
  for (std::size_t n = 0; n <= 9; ++n) {
    const auto some = explain(explainer, {values.begin(), values.begin() + n * kColumns});
    EXPECT_EQ(some, std::vector<double>(all.begin(), all.begin() + n * kColumns)) << n;
  }
}

/// The score that is expected where only the columns of `known` are known.
double expected_score(const TextTree& tree, const float* row, unsigned known, std::int32_t at) {
  if (at < 0) return tree.leaf_values[leaf_of(at)];
  const auto s = static_cast<std::size_t>(at);
  const auto& split = tree.splits[s];
  const auto below = [&](std::int32_t child) { return expected_score(tree, row, known, child); };
  if ((known >> split.column & 1U) != 0) {
    const float x = row[split.column];
    const bool is_missing = std::isnan(x) && split.missing == Missing::kNan;
    const bool is_left =
        is_missing ? split.is_default_left : (std::isnan(x) ? 0 : double{x}) <= split.threshold;
    return below(is_left ? split.left : split.right);
  }
  const auto share = [&](std::int32_t child) {
    const auto rows = child < 0 ? tree.leaf_rows[leaf_of(child)]
                                : tree.split_rows[static_cast<std::size_t>(child)];
    return rows / tree.split_rows[s];
  };
  return share(split.left) * below(split.left) + share(split.right) * below(split.right);
}

TEST(TreeExplainerOracle, ContributionsAreShapleyValuesByDefinition) {
  const auto text = train({12, ""}, 8, 4).to_text();
  const auto explainer = TreeExplainer::from_text(text);
  const auto trees = parse_tree_text(text, RowCounts::kRead).trees;
  Rng rng(9);
  std::vector<float> values;
  for (std::size_t i = 0; i < 6 * kColumns; ++i) values.push_back(draw(i % kColumns, rng));
  const auto ours = explain(explainer, values);
  for (std::size_t r = 0; r < 6; ++r) {
    std::vector<double> of_coalition(1U << kColumns);
    for (unsigned known = 0; known < of_coalition.size(); ++known) {
      for (const auto& tree : trees) {
        of_coalition[known] +=
            expected_score(tree, values.data() + r * kColumns, known, tree.splits.empty() ? -1 : 0);
      }
    }
    for (std::size_t c = 0; c < kColumns; ++c) {
      double shapley = 0;
      for (unsigned known = 0; known < of_coalition.size(); ++known) {
        if ((known >> c & 1U) != 0) continue;
        const double size = __builtin_popcount(known);
        // |S|! (m - |S| - 1)! / m!
        const double weight = std::tgamma(size + 1) * std::tgamma(kColumns - size) /
                              std::tgamma(static_cast<double>(kColumns) + 1);
        shapley += weight * (of_coalition[known | 1U << c] - of_coalition[known]);
      }
      EXPECT_NEAR(ours[r * kColumns + c], shapley, kTolerance) << "row " << r << ", column " << c;
    }
  }
}

}  // namespace
}  // namespace vitrina::ranking
