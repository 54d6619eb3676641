#include "ranking/tree_explainer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace vitrina::ranking {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// a <= 1 ? leaf 0 : (b <= 2 ? leaf 2 : leaf 1), NaN of b to the left; and a tree of one leaf.
constexpr std::string_view kModel =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
    "max_feature_idx=2\nobjective=cross_entropy\nfeature_names=a b c\n\n"
    "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=1 2\ndecision_type=0 10\n"
    "left_child=-1 -3\nright_child=1 -2\nleaf_value=10 20 30\nleaf_count=60 10 30\n"
    "internal_count=100 40\nis_linear=0\nshrinkage=1\n\n\n"
    "Tree=1\nnum_leaves=1\nnum_cat=0\nleaf_value=5\nis_linear=0\nshrinkage=1\n\n\n"
    "end of trees\n\n";

std::vector<double> explain(const TreeExplainer& explainer, std::vector<float> row) {
  const float* rows[] = {row.data()};
  TreeExplainerMemory memory;
  std::vector<double> out(explainer.n_columns(), -1);
  explainer.explain(rows, memory, out);
  return out;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t c = 0; c < found.size(); ++c) EXPECT_NEAR(found[c], expected[c], 1e-12) << c;
}

TEST(TreeExplainer, ContributionsOfATreeByHand) {
  const auto explainer = TreeExplainer::from_text(kModel);
  // .6 * 10 + .1 * 20 + .3 * 30, and the leaf
  EXPECT_NEAR(explainer.base(), 22, 1e-12);
  // of the first tree: nothing known 17, a 10, b 6 + .4 * 30 = 18, both 10
  expect_near(explain(explainer, {1, 0, 7}), {((10 - 17) + (10 - 18)) / 2.0, (1 + 0) / 2.0, 0});
  // a 27.5, b 18, both 30
  expect_near(explain(explainer, {2, 2, 7}), {(10.5 + 12) / 2, (1 + 2.5) / 2, 0});
  expect_near(explain(explainer, {2, kNan, 7}), {(10.5 + 12) / 2, (1 + 2.5) / 2, 0});
  // a 27.5, b 6 + .4 * 20 = 14, both 20
  expect_near(explain(explainer, {2, 3, 7}), {(10.5 + 6) / 2, (-3 - 7.5) / 2, 0});
  EXPECT_GT(explainer.n_bytes(), 0U);
}

TEST(TreeExplainer, WithoutTreesNothingContributes) {
  const TreeExplainer none;
  EXPECT_EQ(none.base(), 0);
  EXPECT_EQ(explain(none, {1}), std::vector<double>{});
}

TEST(TreeExplainer, RefusesTextThatDoesNotSayHowManyRowsWentWhere) {
  struct Case {
    const char* what;
    const char* with;
    const char* message;
  };
  for (const auto& c :
       {Case{"leaf_count=60 10 30\n", "", "trees, tree 0: no line 'leaf_count='"},
        {"internal_count=100 40\n", "", "trees, tree 0: no line 'internal_count='"},
        {"leaf_count=60 10", "leaf_count=60", "'leaf_count' holds 2 numbers, expected 3"},
        {"leaf_count=60", "leaf_count=-1", "tree 0: -1 rows below split 0, expected 0 to 100"},
        {"leaf_count=60", "leaf_count=101", "tree 0: 101 rows below split 0, expected 0 to 100"},
        {"leaf_count=60", "leaf_count=nan", "tree 0: nan rows below split 0, expected 0 to 100"},
        {"count=100 40", "count=100 200", "tree 0: 200 rows below split 0, expected 0 to 100"},
        {"count=100 40", "count=inf 40", "tree 0: inf rows at split 0, expected 1 and more"},
        {"count=100 40", "count=0 0", "tree 0: 0 rows at split 0, expected 1 and more"}}) {
    std::string text(kModel);
    const auto at = text.find(c.what);
    ASSERT_NE(at, std::string::npos) << c.what;
    text.replace(at, std::string_view(c.what).size(), c.with);
    try {
      TreeExplainer::from_text(text);
      ADD_FAILURE() << c.with;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
      EXPECT_NE(std::string(error.what()).find(c.message), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace vitrina::ranking
