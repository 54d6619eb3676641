#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ranking/tree_text.hpp"

namespace vitrina::ranking {

/// Memory of one who explains.
struct TreeExplainerMemory {
  std::vector<double> block;
};

/// What every column contributes to a row's score: the Shapley values of the game in which a column
/// that is not known goes both ways of a split, as the rows of training went (path-dependent
/// TreeSHAP: Lundberg et al., 2018). To rounding what LightGBM's `pred_contrib` gives.
///
/// Of a leaf below m columns, column i contributes
///   value (one_i - zero_i) * integral over t from 0 to 1 of prod_{j != i} (t one_j + (1-t) zero_j)
/// where one_j says whether the row takes all the path's splits on j, and zero_j is the share of
/// the rows of training that do (Owen, 1972, for the integral). It is a polynomial of degree m - 1,
/// so that m / 2 nodes of Gauss and Legendre give it exactly: m * m / 2 steps a leaf, without the
/// tables of 2^m of Fast TreeSHAP, and four rows lie side by side in a vector register.
class TreeExplainer {
 public:
  /// Without trees: nothing contributes.
  TreeExplainer() = default;

  /// Reads LightGBM's model text. Throws Error(kIncompatibleArtifact) on what it cannot explain.
  static TreeExplainer from_text(std::string_view text);

  /// The contributions to the scores of `rows`, of n_columns() values each: rows x columns. With
  /// base() they add up to the score.
  void explain(std::span<const float* const> rows, TreeExplainerMemory& memory,
               std::span<double> out) const;

  /// The mean score of the rows of training.
  [[nodiscard]] double base() const { return base_; }
  [[nodiscard]] std::size_t n_columns() const { return n_columns_; }
  /// Those with a split.
  [[nodiscard]] std::size_t n_trees() const { return trees_.size(); }
  /// Memory that this takes.
  [[nodiscard]] std::size_t n_bytes() const;

 private:
  struct Split {
    double threshold;
    std::uint32_t column;  ///< place in columns_
    /// All ones or none: whether 0 is missing as NaN is, and whether what is missing goes left.
    std::int64_t sends_zero;
    std::int64_t sends_left;
  };
  /// A split on the way to a leaf, and which way it is.
  struct Step {
    std::uint32_t is_right : 1;
    std::uint32_t split : 31;  ///< of the tree
  };
  /// A column on the way to a leaf.
  struct PathColumn {
    double zero;           ///< share of the rows of training that take all the splits on it
    std::uint32_t column;  ///< place in columns_
    std::uint32_t n_steps;
  };
  struct Leaf {
    double value;
    std::uint32_t n_columns;
  };
  struct Tree {
    std::uint32_t n_splits;
    std::uint32_t n_leaves;
  };
  /// Nodes in (0, 1) with their weights.
  struct Node {
    double t;
    double weight;
  };
  /// A split on the way to a leaf that is being added.
  struct TextStep {
    std::uint32_t column;
    std::uint32_t split;
    bool is_right;
    double share;  ///< of the rows of training at the split, those that go this way
  };
  struct Block;

  void add_tree(const TextTree& text);
  void add_split(const TextSplit& split);
  void add_leaf(std::vector<TextStep> path, double value);
  void make_rules();
  void gather(std::span<const float* const> rows, std::size_t first, Block& block) const;
  void explain_block(Block& block) const;
  void add_contributions(std::span<const PathColumn> columns, double value, Block& block) const;

  std::size_t n_columns_ = 0;
  double base_ = 0;
  std::vector<std::uint32_t> columns_;  ///< that any split is on, ascending
  std::vector<Tree> trees_;
  std::vector<Split> splits_;             ///< by tree
  std::vector<Leaf> leaves_;              ///< by tree
  std::vector<PathColumn> path_columns_;  ///< by leaf
  std::vector<Step> steps_;               ///< by column of a leaf
  std::vector<std::vector<Node>> rules_;  ///< by number of columns of a leaf
  std::size_t most_splits_ = 0;           ///< of a tree
  std::size_t most_columns_ = 0;          ///< of a leaf
};

}  // namespace vitrina::ranking
