#include <cmath>
#include <string>

#include "core/error.hpp"
#include "fuzz/target.hpp"
#include "ranking/tree_explainer.hpp"
#include "ranking/tree_scorer.hpp"

// LightGBM's model text as we read it. LightGBM itself is given none that was not checked against a
// SHA-256.

namespace vitrina::fuzz {
namespace {

using ranking::TreeExplainer;
using ranking::TreeScorer;

constexpr std::size_t kRows = 5;
constexpr std::size_t kMostColumns = 1000;

/// Contributions add up to scores, where the numbers leave room for it.
void explain(const TreeExplainer& explainer, const TreeScorer& scorer) {
  const std::size_t n_columns = scorer.n_columns();
  const auto values = scorer.probe_rows(kRows);
  std::vector<double> scores(kRows);
  scorer.score({values.data(), kRows, n_columns}, 1, scores);
  std::vector<const float*> rows;
  for (std::size_t r = 0; r < kRows; ++r) rows.push_back(values.data() + r * n_columns);
  ranking::TreeExplainerMemory memory;
  std::vector<double> contributions(kRows * n_columns);
  explainer.explain(rows, memory, contributions);
  for (std::size_t r = 0; r < kRows; ++r) {
    double sum = explainer.base();
    double size = std::abs(sum) + std::abs(scores[r]);
    for (std::size_t c = 0; c < n_columns; ++c) {
      sum += contributions[r * n_columns + c];
      size += std::abs(contributions[r * n_columns + c]);
    }
    if (!std::isfinite(size) || size > 1e6) continue;
    require(std::abs(sum - scores[r]) < 1e-6, "contributions add up to the score");
  }
}

void run(Bytes input) {
  try {
    const auto scorer = TreeScorer::from_text(text_of(input));
    if (scorer.n_columns() > kMostColumns) return;
    explain(TreeExplainer::from_text(text_of(input)), scorer);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kIncompatibleArtifact, error.what());
  }
}

std::string header(int last_column) {
  return "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
         "max_feature_idx=" +
         std::to_string(last_column) + "\nobjective=cross_entropy\n\n";
}

std::vector<Seed> seeds() {
  const std::string three =
      "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=1 2\ndecision_type=2 8\n"
      "left_child=-1 -3\nright_child=1 -2\nleaf_value=10 20 30\nleaf_count=60 10 30\n"
      "internal_count=100 40\nis_linear=0\n\n\n";
  const std::string same_column =
      "Tree=1\nnum_leaves=4\nnum_cat=0\nsplit_feature=2 2 2\nthreshold=1e-35 -0.5 7\n"
      "decision_type=6 10 4\nleft_child=1 -1 -3\nright_child=2 -2 -4\nleaf_value=-1 .5 2 3\n"
      "leaf_count=1 2 3 4\ninternal_count=10 3 7\nis_linear=0\n\n\n";
  const std::string leaf = "Tree=2\nnum_leaves=1\nnum_cat=0\nleaf_value=5\nis_linear=0\n\n\n";
  return {{"none", header(1) + "end of trees\n\n"},
          {"one", header(1) + three + "end of trees\n\n"},
          {"several", header(2) + three + same_column + leaf + "end of trees\n\n"}};
}

}  // namespace

const Target kTreesTarget{"trees", "the text of a model's trees", run, seeds};

}  // namespace vitrina::fuzz
