#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ranking/matrix_view.hpp"
#include "ranking/tree_text.hpp"

namespace vitrina::ranking {

/// The sum of boosted trees, to the bit what LightGBM 4.7 predicts: values are compared as its
/// doubles would be, and leaf values are added in double, tree after tree.
///
/// A block of rows goes through a tree at once. Every split of the tree is evaluated, and those
/// whose answer is «right» strike out the leaves to their left; the first leaf that is left is the
/// row's (QuickScorer: Lucchese et al., 2015). There is no branch to foresee, and rows lie side by
/// side in vector registers. Trees of more than 64 leaves are walked from the root instead.
class TreeScorer {
 public:
  /// Without trees: every score is 0.
  TreeScorer() = default;

  /// Reads LightGBM's model text. Throws Error(kIncompatibleArtifact) on what it cannot score.
  static TreeScorer from_text(std::string_view text);

  /// One scorer of several, which gathers a row's columns once for all of them. Scorers without
  /// trees may have any number of columns, all others the same.
  static TreeScorer joined(std::span<const TreeScorer* const> scorers);

  /// Scores of `rows`, which have n_columns() columns; `out` has an element a row, for the first of
  /// the joined scorers, then for the next.
  void score(MatrixView rows, int threads, std::span<double> out) const;
  /// The same on this thread, in memory of the caller.
  void score(MatrixView rows, std::vector<float>& memory, std::span<double> out) const;

  [[nodiscard]] std::size_t n_columns() const { return n_columns_; }
  /// Scores a row: 1, or as many as scorers were joined.
  [[nodiscard]] std::size_t n_scores() const { return tree_ends_.size(); }

  /// `n` rows of n_columns() values on either side of the thresholds, 0, tiny, infinite and NaN:
  /// what another reading of the same text would trip over.
  [[nodiscard]] std::vector<float> probe_rows(std::size_t n) const;

 private:
  /// A column as a kind of split wants it: values that go their own way are replaced by -infinity
  /// (always left) or NaN (always right), so that all splits are `value <= threshold`.
  struct Input {
    enum class Way : std::uint8_t { kCompare, kLeft, kRight };
    Way zero = Way::kCompare;  ///< where values within 1e-35 of 0 go
    Way nan = Way::kRight;     ///< never kCompare
    std::uint32_t column = 0;

    /// Whether it is the column as it stands.
    [[nodiscard]] bool is_plain() const { return zero == Way::kCompare && nan == Way::kRight; }
    auto operator<=>(const Input&) const = default;
  };
  struct Split {
    std::uint64_t keep = 0;  ///< leaves that are left when the answer is «right»
    float threshold = 0;
    std::uint32_t plane = 0;  ///< of a block: a column's, or behind them one of inputs_
  };
  /// The numbers of splits, or leaves (leaf_of).
  struct Children {
    std::int32_t left = 0;
    std::int32_t right = 0;
  };
  struct Tree {
    std::uint32_t n_leaves = 1;
    std::uint32_t first_split = 0;
    std::uint32_t first_leaf = 0;
  };

  static Input input_of(const TextSplit& split);
  void sort_inputs();
  [[nodiscard]] std::uint32_t plane_of(const Input& input) const;
  [[nodiscard]] Input input_at(std::uint32_t plane) const;
  void add_tree(const TextTree& text);
  void score_rows(MatrixView rows, std::size_t begin, std::size_t end, std::vector<float>& memory,
                  std::span<double> out) const;
  void gather(MatrixView rows, std::size_t first, float* block) const;
  void score_block(std::span<const Tree> trees, const float* block, double* sums) const;
  template <class Lane>
  void add_by_masks(const Tree& tree, const float* block, double* sums) const;
  void add_by_walking(const Tree& tree, const float* block, double* sums) const;

  std::size_t n_columns_ = 0;
  std::vector<Input> inputs_;  ///< that are not plain columns, sorted
  std::vector<Tree> trees_;
  std::vector<std::size_t> tree_ends_{0};  ///< by score: trees before it are of it or of one before
  std::vector<Split> splits_;              ///< by tree
  std::vector<Children> children_;
  std::vector<double> leaf_values_;  ///< by tree, from left to right
};

}  // namespace vitrina::ranking
