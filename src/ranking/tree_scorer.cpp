#include "ranking/tree_scorer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "core/scratch.hpp"
#include "ranking/transpose.hpp"

namespace vitrina::ranking {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// LightGBM reads values this near to 0 as 0.
constexpr float kZero = 1e-35F;

/// Rows of a block: two vector registers of floats, and a block of 200 columns fits the first
/// cache.
constexpr std::size_t kRows = 2 * kLanes;

/// Rows that one call of a thread scores.
constexpr std::size_t kGrain = 64 * kRows;

Floats load(const float* values) {
  Floats result;
  std::memcpy(&result, values, sizeof(result));
  return result;
}

/// The largest float that is not above `x`: for every float v, v <= result is v <= x.
float floor_float(double x) {
  constexpr double kMost{std::numeric_limits<float>::max()};
  if (x == std::numeric_limits<double>::infinity()) return kInfinity;
  if (x >= kMost) return std::numeric_limits<float>::max();
  if (x < -kMost) return -kInfinity;
  const auto nearest = static_cast<float>(x);
  return double{nearest} > x ? std::nextafter(nearest, -kInfinity) : nearest;
}

/// The threshold for floats, with all values that count as 0 on the side of 0.
float exact_threshold(double threshold) {
  const float floor = floor_float(threshold);
  return threshold >= 0 ? std::max(floor, kZero)
                        : std::min(floor, std::nextafter(-kZero, -kInfinity));
}

/// What a value is replaced by to go left or right at every split.
Floats always(bool left) {
  return Floats{} + (left ? -kInfinity : std::numeric_limits<float>::quiet_NaN());
}

/// By split, the leaves below its left child, as places from left to right; and the places of the
/// leaves by their number in the text.
struct LeafPlaces {
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
  };
  std::vector<Range> left;
  std::vector<std::uint32_t> place;
};

LeafPlaces leaf_places(const TextTree& tree) {
  // children stand after their parent: one pass back counts leaves, one forth gives them places
  const std::size_t n = tree.splits.size();
  std::vector<std::uint32_t> n_leaves(n);
  const auto leaves_below = [&](std::int32_t child) {
    return child < 0 ? 1U : n_leaves[static_cast<std::size_t>(child)];
  };
  for (std::size_t s = n; s-- > 0;) {
    n_leaves[s] = leaves_below(tree.splits[s].left) + leaves_below(tree.splits[s].right);
  }
  LeafPlaces result{{}, std::vector<std::uint32_t>(tree.leaf_values.size())};
  std::vector<std::uint32_t> begin(n);
  const auto set_begin = [&](std::int32_t child, std::uint32_t place) {
    if (child < 0) {
      result.place[leaf_of(child)] = place;
    } else {
      begin[static_cast<std::size_t>(child)] = place;
    }
  };
  for (std::size_t s = 0; s < n; ++s) {
    const auto middle = begin[s] + leaves_below(tree.splits[s].left);
    set_begin(tree.splits[s].left, begin[s]);
    set_begin(tree.splits[s].right, middle);
    result.left.push_back({begin[s], middle});
  }
  return result;
}

/// Ones outside [begin, end); 0 for a tree that is walked.
std::uint64_t all_but(LeafPlaces::Range range) {
  if (range.end - range.begin >= 64 || range.end > 64) return 0;
  const auto ones = (std::uint64_t{1} << (range.end - range.begin)) - 1;
  return ~(ones << range.begin);
}

}  // namespace

TreeScorer::Input TreeScorer::input_of(const TextSplit& split) {
  const auto way = [](bool is_left) { return is_left ? Input::Way::kLeft : Input::Way::kRight; };
  const bool is_zero_left = split.threshold >= 0;
  const bool is_nan_left = split.missing == Missing::kNone ? is_zero_left : split.is_default_left;
  const bool zero_is_sent =
      split.missing == Missing::kZero && split.is_default_left != is_zero_left;
  return {zero_is_sent ? way(split.is_default_left) : Input::Way::kCompare, way(is_nan_left),
          split.column};
}

TreeScorer TreeScorer::from_text(std::string_view text) {
  const auto parsed = parse_tree_text(text);
  TreeScorer scorer;
  scorer.n_columns_ = parsed.n_columns;
  for (const auto& tree : parsed.trees) {
    for (const auto& split : tree.splits) scorer.inputs_.push_back(input_of(split));
  }
  scorer.sort_inputs();
  for (const auto& tree : parsed.trees) scorer.add_tree(tree);
  scorer.tree_ends_ = {scorer.trees_.size()};
  return scorer;
}

void TreeScorer::sort_inputs() {
  std::erase_if(inputs_, [](const Input& input) { return input.is_plain(); });
  std::sort(inputs_.begin(), inputs_.end());
  inputs_.erase(std::unique(inputs_.begin(), inputs_.end()), inputs_.end());
}

std::uint32_t TreeScorer::plane_of(const Input& input) const {
  if (input.is_plain()) return input.column;
  const auto found = std::lower_bound(inputs_.begin(), inputs_.end(), input);
  return static_cast<std::uint32_t>(n_columns_ + static_cast<std::size_t>(found - inputs_.begin()));
}

TreeScorer::Input TreeScorer::input_at(std::uint32_t plane) const {
  if (plane >= n_columns_) return inputs_[plane - n_columns_];
  return {.column = plane};
}

TreeScorer TreeScorer::joined(std::span<const TreeScorer* const> scorers) {
  TreeScorer joined;
  joined.tree_ends_.clear();
  for (const auto* scorer : scorers) {
    joined.inputs_.insert(joined.inputs_.end(), scorer->inputs_.begin(), scorer->inputs_.end());
  }
  joined.sort_inputs();
  for (const auto* scorer : scorers) {
    if (!scorer->trees_.empty()) {
      if (joined.n_columns_ != 0) VITRINA_CHECK(scorer->n_columns_, ==, joined.n_columns_);
      joined.n_columns_ = scorer->n_columns_;
    }
    const auto first_split = static_cast<std::uint32_t>(joined.splits_.size());
    const auto first_leaf = static_cast<std::uint32_t>(joined.leaf_values_.size());
    for (auto tree : scorer->trees_) {
      tree.first_split += first_split;
      tree.first_leaf += first_leaf;
      joined.trees_.push_back(tree);
    }
    for (auto split : scorer->splits_) {
      split.plane = joined.plane_of(scorer->input_at(split.plane));
      joined.splits_.push_back(split);
    }
    joined.children_.insert(joined.children_.end(), scorer->children_.begin(),
                            scorer->children_.end());
    joined.leaf_values_.insert(joined.leaf_values_.end(), scorer->leaf_values_.begin(),
                               scorer->leaf_values_.end());
    joined.tree_ends_.push_back(joined.trees_.size());
  }
  return joined;
}

void TreeScorer::add_tree(const TextTree& text) {
  const auto places = leaf_places(text);
  const auto to_place = [&](std::int32_t child) {
    return child < 0 ? child_of_leaf(places.place[leaf_of(child)]) : child;
  };
  const auto n_leaves = text.leaf_values.size();
  trees_.push_back({static_cast<std::uint32_t>(n_leaves),
                    static_cast<std::uint32_t>(splits_.size()),
                    static_cast<std::uint32_t>(leaf_values_.size())});
  for (std::size_t s = 0; s < text.splits.size(); ++s) {
    const auto& split = text.splits[s];
    splits_.push_back(
        {all_but(places.left[s]), exact_threshold(split.threshold), plane_of(input_of(split))});
    children_.push_back({to_place(split.left), to_place(split.right)});
  }
  const auto first_leaf = leaf_values_.size();
  leaf_values_.resize(first_leaf + n_leaves);
  for (std::size_t leaf = 0; leaf < n_leaves; ++leaf) {
    leaf_values_[first_leaf + places.place[leaf]] = text.leaf_values[leaf];
  }
}

void TreeScorer::score(MatrixView rows, int threads, std::span<double> out) const {
  VITRINA_CHECK(out.size(), ==, rows.n_rows * n_scores());
  parallel_chunks(rows.n_rows, kGrain, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<float> memory;
    score_rows(rows, begin, end, memory, out);
  });
}

void TreeScorer::score(MatrixView rows, std::vector<float>& memory, std::span<double> out) const {
  VITRINA_CHECK(out.size(), ==, rows.n_rows * n_scores());
  score_rows(rows, 0, rows.n_rows, memory, out);
}

void TreeScorer::score_rows(MatrixView rows, std::size_t begin, std::size_t end,
                            std::vector<float>& memory, std::span<double> out) const {
  if (trees_.empty()) {
    for (std::size_t s = 0; s < n_scores(); ++s) {
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(s * rows.n_rows + begin),
                out.begin() + static_cast<std::ptrdiff_t>(s * rows.n_rows + end), 0.0);
    }
    return;
  }
  VITRINA_CHECK(rows.n_columns, ==, n_columns_);
  grow_to(memory, (n_columns_ + inputs_.size()) * kRows);
  for (std::size_t first = begin; first < end; first += kRows) {
    gather(rows, first, memory.data());
    std::size_t tree = 0;
    for (std::size_t s = 0; s < n_scores(); ++s) {
      std::array<double, kRows> sums{};
      score_block(std::span(trees_).subspan(tree, tree_ends_[s] - tree), memory.data(),
                  sums.data());
      std::copy_n(sums.begin(), std::min(kRows, end - first),
                  out.begin() + static_cast<std::ptrdiff_t>(s * rows.n_rows + first));
      tree = tree_ends_[s];
    }
  }
}

/// Writes the columns of a block of rows, one's values after the other's, and behind them the
/// inputs. Past the end the last row is repeated.
void TreeScorer::gather(MatrixView rows, std::size_t first, float* block) const {
  std::array<const float*, kRows> row;
  for (std::size_t r = 0; r < kRows; ++r) {
    row[r] = rows.data + std::min(first + r, rows.n_rows - 1) * rows.n_columns;
  }
  std::size_t column = 0;
  for (; column + kLanes <= n_columns_; column += kLanes) {
    for (std::size_t half = 0; half < kRows; half += kLanes) {
      std::array<Floats, kLanes> values;
      for (std::size_t l = 0; l < kLanes; ++l) values[l] = load(row[half + l] + column);
      transpose(values);
      for (std::size_t l = 0; l < kLanes; ++l) {
        std::memcpy(block + (column + l) * kRows + half, &values[l], sizeof(Floats));
      }
    }
  }
  for (; column < n_columns_; ++column) {
    for (std::size_t r = 0; r < kRows; ++r) block[column * kRows + r] = row[r][column];
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto& input = inputs_[i];
    const Floats zero = always(input.zero == Input::Way::kLeft);
    const Floats nan = always(input.nan == Input::Way::kLeft);
    const bool sends_zero = input.zero != Input::Way::kCompare;
    for (std::size_t half = 0; half < kRows; half += kLanes) {
      Floats x = load(block + input.column * kRows + half);
      x = x != x ? nan : x;
      if (sends_zero) x = (x >= -kZero) & (x <= kZero) ? zero : x;
      std::memcpy(block + (n_columns_ + i) * kRows + half, &x, sizeof(x));
    }
  }
}

void TreeScorer::score_block(std::span<const Tree> trees, const float* block, double* sums) const {
  for (const auto& tree : trees) {
    if (tree.n_leaves <= 32) {
      add_by_masks<std::int32_t>(tree, block, sums);
    } else if (tree.n_leaves <= 64) {
      add_by_masks<std::int64_t>(tree, block, sums);
    } else {
      add_by_walking(tree, block, sums);
    }
  }
}

template <class Lane>
void TreeScorer::add_by_masks(const Tree& tree, const float* block, double* sums) const {
  using Masks __attribute__((vector_size(kLanes * sizeof(Lane)))) = Lane;
  static_assert(sizeof(Masks) == kLanes * sizeof(Lane));
  Masks low = Masks{} - Lane{1};
  Masks high = low;
  const std::span splits(splits_.data() + tree.first_split, tree.n_leaves - 1);
  for (const auto& split : splits) {
    const float* values = block + split.plane * kRows;
    const auto keep = static_cast<Lane>(split.keep);
    low &= __builtin_convertvector(load(values) <= split.threshold, Masks) | keep;
    high &= __builtin_convertvector(load(values + kLanes) <= split.threshold, Masks) | keep;
  }
  std::array<std::make_unsigned_t<Lane>, kRows> alive;
  std::memcpy(alive.data(), &low, sizeof(low));
  std::memcpy(alive.data() + kLanes, &high, sizeof(high));
  const double* leaf_values = leaf_values_.data() + tree.first_leaf;
  for (std::size_t r = 0; r < kRows; ++r) sums[r] += leaf_values[std::countr_zero(alive[r])];
}

void TreeScorer::add_by_walking(const Tree& tree, const float* block, double* sums) const {
  for (std::size_t r = 0; r < kRows; ++r) {
    std::int32_t at = 0;
    while (at >= 0) {
      const auto s = tree.first_split + static_cast<std::size_t>(at);
      const bool is_left = block[splits_[s].plane * kRows + r] <= splits_[s].threshold;
      at = is_left ? children_[s].left : children_[s].right;
    }
    sums[r] += leaf_values_[tree.first_leaf + leaf_of(at)];
  }
}

std::vector<float> TreeScorer::probe_rows(std::size_t n) const {
  std::vector<std::vector<float>> values(
      n_columns_, {0.0F, kZero, -kZero, -1.0F, kInfinity, -kInfinity, std::nanf("")});
  for (const auto& split : splits_) {
    auto& of_column = values[input_at(split.plane).column];
    of_column.push_back(split.threshold);
    of_column.push_back(std::nextafter(split.threshold, kInfinity));
  }
  Rng rng(n);
  std::vector<float> rows;
  rows.reserve(n * n_columns_);
  for (std::size_t r = 0; r < n; ++r) {
    for (const auto& of_column : values) rows.push_back(of_column[rng.below(of_column.size())]);
  }
  return rows;
}

}  // namespace vitrina::ranking
