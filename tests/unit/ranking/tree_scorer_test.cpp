#include "ranking/tree_scorer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace vitrina::ranking {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr std::string_view kHeader =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\n"
    "objective=cross_entropy\nfeature_names=a b\n\n";
constexpr std::string_view kEnd = "end of trees\n\nfeature_importances:\na=1\n";

/// One split of the first column: 1 on the left, 2 on the right.
std::string stump(const std::string& threshold, int decision_type) {
  return "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=" + threshold +
         "\ndecision_type=" + std::to_string(decision_type) +
         "\nleft_child=-1\nright_child=-2\nleaf_value=1 2\nis_linear=0\nshrinkage=1\n\n\n";
}

/// a <= 1 ? leaf 0 : (b <= 2 ? leaf 2 : leaf 1)
constexpr std::string_view kThreeLeaves =
    "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=1 2\ndecision_type=0 0\n"
    "left_child=-1 -3\nright_child=1 -2\nleaf_value=10 20 30\nis_linear=0\nshrinkage=1\n\n\n";

std::string model(std::string_view trees) {
  return std::string(kHeader) + std::string(trees) + std::string(kEnd);
}

double score(const TreeScorer& scorer, float a, float b = 0) {
  const std::array row{a, b};
  double out = -1;
  scorer.score({row.data(), 1, 2}, 1, {&out, 1});
  return out;
}

std::string error_of(const std::string& text) {
  try {
    TreeScorer::from_text(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    return error.what();
  }
  return "no error";
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

TEST(TreeScorer, WithoutTreesEveryScoreIsZero) {
  EXPECT_EQ(score(TreeScorer(), 1), 0.0);
  EXPECT_EQ(score(TreeScorer::from_text(model("")), 1), 0.0);
}

TEST(TreeScorer, FindsTheLeafOfEveryRowAndAddsTrees) {
  const auto scorer = TreeScorer::from_text(model(kThreeLeaves));
  EXPECT_EQ(scorer.n_columns(), 2U);
  EXPECT_EQ(score(scorer, 1, 5), 10.0);
  EXPECT_EQ(score(scorer, 1.5F, 2), 30.0);
  EXPECT_EQ(score(scorer, 1.5F, 2.5F), 20.0);
  const auto two = TreeScorer::from_text(model(std::string(kThreeLeaves) + stump("0.5", 0)));
  EXPECT_EQ(score(two, 0.5F, 5), 11.0);
  EXPECT_EQ(score(two, 0.75F, 5), 12.0);
}

TEST(TreeScorer, AddsLeafValuesInTheOrderOfTheTrees) {
  std::string trees;
  for (const char* value : {"1e16", "1", "-1e16"}) {
    trees += "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=" + std::string(value) +
             "\nis_linear=0\nshrinkage=1\n\n\n";
  }
  EXPECT_EQ(score(TreeScorer::from_text(model(trees)), 0), (1e16 + 1) - 1e16);
}

TEST(TreeScorer, ComparesAsDoublesWould) {
  // not floats: the nearest float of the first is above it, that of the second below
  for (const double threshold : {0.1, 0.3, 1e-40, -1e-40, 1e300, -1e300, 16777217.0}) {
    const auto scorer = TreeScorer::from_text(model(stump(fmt::format("{:.17g}", threshold), 0)));
    const auto nearest = static_cast<float>(threshold);
    for (const float x :
         {nearest, std::nextafter(nearest, kInfinity), std::nextafter(nearest, -kInfinity), 1.0F,
          -1.0F, kInfinity, -kInfinity}) {
      const double read = std::abs(x) <= 1e-35F ? 0.0 : double{x};
      EXPECT_EQ(score(scorer, x), read <= threshold ? 1.0 : 2.0) << x << " <= " << threshold;
    }
  }
}

TEST(TreeScorer, SendsMissingValuesWhereTheSplitSays) {
  struct Case {
    int decision_type;
    double nan, zero;
  };
  // thresholds of either side of 0: no missing value; 0 is one; NaN is one
  for (const auto& c : {Case{0, 1, 1}, {2, 1, 1}, {4, 2, 2}, {6, 1, 1}, {8, 2, 1}, {10, 1, 1}}) {
    const auto scorer = TreeScorer::from_text(model(stump("0.5", c.decision_type)));
    EXPECT_EQ(score(scorer, kMissing), c.nan) << c.decision_type;
    for (const float zero : {0.0F, -0.0F, 1e-36F, -1e-36F}) {
      EXPECT_EQ(score(scorer, zero), c.zero) << c.decision_type;
    }
    EXPECT_EQ(score(scorer, 0.25F), 1.0);
    EXPECT_EQ(score(scorer, 0.75F), 2.0);
  }
  for (const auto& c : {Case{0, 2, 2}, {2, 2, 2}, {4, 2, 2}, {6, 1, 1}, {8, 2, 2}, {10, 1, 2}}) {
    const auto scorer = TreeScorer::from_text(model(stump("-0.5", c.decision_type)));
    EXPECT_EQ(score(scorer, kMissing), c.nan) << c.decision_type;
    for (const float zero : {0.0F, -0.0F, 1e-36F, -1e-36F}) {
      EXPECT_EQ(score(scorer, zero), c.zero) << c.decision_type;
    }
    EXPECT_EQ(score(scorer, -0.75F), 1.0);
    EXPECT_EQ(score(scorer, -0.25F), 2.0);
  }
}

TEST(TreeScorer, EveryRowOfUnevenBlocksIsScored) {
  const auto scorer = TreeScorer::from_text(model(kThreeLeaves));
  for (const std::size_t n : {1U, 15U, 16U, 17U, 1024U, 2500U}) {
    std::vector<float> rows;
    std::vector<double> expected;
    for (std::size_t r = 0; r < n; ++r) {
      rows.insert(rows.end(), {static_cast<float>(r % 3), static_cast<float>(r % 5)});
      expected.push_back(r % 3 <= 1 ? 10 : r % 5 <= 2 ? 30 : 20);
    }
    for (const int threads : {1, 3}) {
      std::vector<double> out(n, -1);
      scorer.score({rows.data(), n, 2}, threads, out);
      EXPECT_EQ(out, expected);
    }
  }
}

TEST(TreeScorer, RefusesWhatItCannotScore) {
  struct Case {
    const char* what;
    const char* with;
    const char* message;
  };
  for (const auto& c : {
           Case{"num_cat=0", "num_cat=1", "trees, tree 0: 'num_cat=1', expected 'num_cat=0'"},
           {"is_linear=0", "is_linear=1", "trees, tree 0: 'is_linear=1', expected 'is_linear=0'"},
           {"decision_type=0 0", "decision_type=0 1", "tree 0: a categorical split"},
           {"decision_type=0 0", "decision_type=0 12", "tree 0: decision_type 12"},
           {"version=v4", "version=v5", "header: 'version=v5', expected 'version=v4'"},
           {"num_class=1", "num_class=3", "header: 'num_class=3'"},
           {"num_tree_per_iteration=1", "num_tree_per_iteration=3", "header: 'num_tree_per"},
           {"label_index=0", "average_output", "a random forest"},
           {"tree\n", "tree ensemble\n", "first line: is not 'tree'"},
       }) {
    auto text = model(kThreeLeaves);
    replace(text, c.what, c.with);
    EXPECT_NE(error_of(text).find(c.message), std::string::npos) << error_of(text);
  }
}

TEST(TreeScorer, RefusesDamagedText) {
  struct Case {
    const char* what;
    const char* with;
    const char* message;
  };
  for (const auto& c : {
           Case{"threshold=1 2", "threshold=1", "'threshold' holds 1 numbers, expected 2"},
           {"threshold=1 2", "threshold=1 x2", "'threshold' holds 'x2', expected a number"},
           {"threshold=1 2", "threshold=1 nan", "a threshold that is no number"},
           {"leaf_value=10 20", "leaf_value=10 inf", "a leaf whose value is no number"},
           {"threshold=1 2\n", "", "no line 'threshold='"},
           {"num_leaves=3", "num_leaves=0", "no leaf"},
           {"num_leaves=3", "num_leaves=-1", "'num_leaves' holds '-1'"},
           {"split_feature=0 1", "split_feature=0 2", "split on column 2 of 2"},
           {"left_child=-1 -3", "left_child=-1 -4", "split 1 has the child -4"},
           {"left_child=-1 -3", "left_child=-1 -2", "split 1 has the child -2"},
           {"left_child=-1 -3", "left_child=-1 0", "split 1 has the child 0"},
           {"left_child=-1 -3", "left_child=-1 2", "split 1 has the child 2"},
           {"end of trees", "end", "after tree 1: 'end', expected a tree or 'end of trees'"},
       }) {
    auto text = model(kThreeLeaves);
    replace(text, c.what, c.with);
    EXPECT_NE(error_of(text).find(c.message), std::string::npos) << error_of(text);
  }
  const auto whole = model(kThreeLeaves);
  const auto end = whole.find("end of trees") + std::string_view("end of trees").size();
  for (std::size_t length = 0; length <= end; ++length) {
    EXPECT_NE(error_of(whole.substr(0, length)), "no error") << length;
  }
}

TEST(TreeScorer, ProbesStandOnBothSidesOfThresholds) {
  const auto scorer = TreeScorer::from_text(model(kThreeLeaves));
  const auto rows = scorer.probe_rows(200);
  ASSERT_EQ(rows.size(), 400U);
  std::vector<double> out(200);
  scorer.score({rows.data(), 200, 2}, 1, out);
  for (const double leaf : {10.0, 20.0, 30.0}) {
    EXPECT_GT(std::count(out.begin(), out.end(), leaf), 0) << leaf;
  }
}

}  // namespace
}  // namespace vitrina::ranking
