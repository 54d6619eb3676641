#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vitrina::ranking {

/// What LightGBM does with a missing value at a split.
enum class Missing : std::uint8_t {
  kNone,  ///< NaN is 0
  kZero,  ///< NaN and 0 go the default way
  kNan,   ///< NaN goes the default way
};

/// A child below zero is a leaf: -1 is leaf 0, -2 is leaf 1, and so on.
constexpr std::size_t leaf_of(std::int32_t child) { return static_cast<std::size_t>(-1 - child); }
constexpr std::int32_t child_of_leaf(std::uint32_t leaf) {
  return -1 - static_cast<std::int32_t>(leaf);
}

/// A numerical split: left when value <= threshold. A child is the number of a split, or a leaf.
struct TextSplit {
  std::uint32_t column;
  double threshold;
  Missing missing;
  bool is_default_left;
  std::int32_t left;
  std::int32_t right;
};

/// A tree as LightGBM writes it. Every split stands after its parent, the root first; every split
/// but the root and every leaf is the child of exactly one split.
struct TextTree {
  std::vector<TextSplit> splits;
  std::vector<double> leaf_values;  ///< one more than splits
  /// How many rows of training came to a split and to a leaf, where that was to be read.
  std::vector<double> split_rows = {};
  std::vector<double> leaf_rows = {};
};

struct TreeText {
  std::size_t n_columns = 0;
  std::vector<TextTree> trees;
};

/// Whether to read what a score does not take: how many rows of training went which way.
enum class RowCounts : std::uint8_t { kLeftOut, kRead };

/// Reads LightGBM's model text, version 4: one output, numerical splits, constant leaves. Throws
/// Error(kIncompatibleArtifact) on anything else, naming the tree and the line.
TreeText parse_tree_text(std::string_view text, RowCounts counts = RowCounts::kLeftOut);

}  // namespace vitrina::ranking
