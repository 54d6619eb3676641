#include "ranking/tree_explainer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

#include "core/check.hpp"
#include "core/scratch.hpp"

namespace vitrina::ranking {
namespace {

/// LightGBM reads values this near to 0 as 0.
constexpr float kZero = 1e-35F;

/// Rows of a block: a vector register of doubles.
constexpr std::size_t kLanes = 4;
using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));
using Masks = std::int64_t __attribute__((vector_size(kLanes * sizeof(std::int64_t))));

Doubles load(const double* values) {
  Doubles result;
  std::memcpy(&result, values, sizeof(result));
  return result;
}

void store(double* values, Doubles x) { std::memcpy(values, &x, sizeof(x)); }

/// `x` where the mask has ones, 0 elsewhere.
Doubles masked(Masks mask, double x) {
  return std::bit_cast<Doubles>(mask & std::bit_cast<Masks>(Doubles{} + x));
}

/// The n-th polynomial of Legendre at x, and its derivative.
std::pair<double, double> legendre(std::size_t n, double x) {
  double before = 1;
  double value = x;
  for (std::size_t k = 2; k <= n; ++k) {
    const auto d = static_cast<double>(k);
    before = std::exchange(value, ((2 * d - 1) * x * value - (d - 1) * before) / d);
  }
  return {value, static_cast<double>(n) * (x * value - before) / (x * x - 1)};
}

/// The k-th root of the n-th polynomial, by Newton's method.
double legendre_root(std::size_t n, std::size_t k) {
  double x =
      std::cos(std::numbers::pi * (static_cast<double>(k) + 0.75) / (static_cast<double>(n) + 0.5));
  for (int step = 0; step < 20; ++step) {
    const auto [value, slope] = legendre(n, x);
    x -= value / slope;
    if (std::abs(value / slope) < 1e-15) break;
  }
  return x;
}

}  // namespace

/// Working memory of a block of rows; every number is one a lane.
struct TreeExplainer::Block {
  double* values;         ///< by column of columns_
  double* contributions;  ///< the same
  double* goes_left;      ///< by split of a tree, as masks
  double* takes;          ///< by column of a leaf, as masks: whether the row goes its way
  double* factors;        ///< by column of a leaf
  double* before;         ///< the product of the factors before it
  double* integral;       ///< over all factors but its own
};

TreeExplainer TreeExplainer::from_text(std::string_view text) {
  const auto parsed = parse_tree_text(text, RowCounts::kRead);
  TreeExplainer explainer;
  explainer.n_columns_ = parsed.n_columns;
  auto& columns = explainer.columns_;
  for (const auto& tree : parsed.trees) {
    for (const auto& split : tree.splits) columns.push_back(split.column);
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  for (const auto& tree : parsed.trees) explainer.add_tree(tree);
  explainer.make_rules();
  explainer.leaves_.shrink_to_fit();
  explainer.path_columns_.shrink_to_fit();
  explainer.steps_.shrink_to_fit();
  return explainer;
}

void TreeExplainer::add_tree(const TextTree& text) {
  if (text.splits.empty()) {
    base_ += text.leaf_values.front();
    return;
  }
  const auto n_splits = static_cast<std::uint32_t>(text.splits.size());
  trees_.push_back({n_splits, n_splits + 1});
  most_splits_ = std::max(most_splits_, text.splits.size());
  std::vector<std::vector<TextStep>> paths(n_splits);  // children stand after their parents
  for (std::uint32_t s = 0; s < n_splits; ++s) {
    const auto& split = text.splits[s];
    add_split(split);
    for (const bool is_right : {false, true}) {
      const auto child = is_right ? split.right : split.left;
      const auto c = child < 0 ? leaf_of(child) : static_cast<std::size_t>(child);
      const double n_rows = child < 0 ? text.leaf_rows[c] : text.split_rows[c];
      auto path = paths[s];
      path.push_back({splits_.back().column, s, is_right, n_rows / text.split_rows[s]});
      if (child < 0) {
        add_leaf(std::move(path), text.leaf_values[c]);
      } else {
        paths[c] = std::move(path);
      }
    }
    paths[s] = {};
  }
}

void TreeExplainer::add_split(const TextSplit& split) {
  const auto place = std::lower_bound(columns_.begin(), columns_.end(), split.column);
  const bool sends_left =
      split.missing == Missing::kNone ? split.threshold >= 0 : split.is_default_left;
  splits_.push_back({split.threshold, static_cast<std::uint32_t>(place - columns_.begin()),
                     split.missing == Missing::kZero ? -1 : 0, sends_left ? -1 : 0});
}

void TreeExplainer::add_leaf(std::vector<TextStep> path, double value) {
  std::stable_sort(path.begin(), path.end(),
                   [](const auto& a, const auto& b) { return a.column < b.column; });
  double share = 1;
  std::uint32_t n_columns = 0;
  for (std::size_t begin = 0, end = 0; begin < path.size(); begin = end, ++n_columns) {
    PathColumn column{1, path[begin].column, 0};
    for (; end < path.size() && path[end].column == column.column; ++end) {
      column.zero *= path[end].share;
      ++column.n_steps;
      steps_.push_back({path[end].is_right ? 1U : 0U, path[end].split});
    }
    path_columns_.push_back(column);
    share *= column.zero;
  }
  base_ += share * value;
  leaves_.push_back({value, n_columns});
  most_columns_ = std::max<std::size_t>(most_columns_, n_columns);
}

/// n nodes are exact to the degree 2n - 1; a leaf of m columns asks for m - 1.
void TreeExplainer::make_rules() {
  rules_.resize(most_columns_ / 2 + 2);
  for (std::size_t n = 1; n < rules_.size(); ++n) {
    for (std::size_t k = 0; k < n; ++k) {
      const double x = legendre_root(n, k);
      const double slope = legendre(n, x).second;
      rules_[n].push_back({(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)});
    }
  }
}

void TreeExplainer::explain(std::span<const float* const> rows, TreeExplainerMemory& memory,
                            std::span<double> out) const {
  VITRINA_CHECK(out.size(), ==, rows.size() * n_columns_);
  std::fill(out.begin(), out.end(), 0.0);
  if (trees_.empty()) return;
  const std::size_t n_numbers = 2 * columns_.size() + most_splits_ + 4 * most_columns_;
  grow_to(memory.block, n_numbers * kLanes);
  double* at = memory.block.data();
  const auto take = [&at](std::size_t n) { return std::exchange(at, at + n * kLanes); };
  Block block{take(columns_.size()), take(columns_.size()), take(most_splits_), take(most_columns_),
              take(most_columns_),   take(most_columns_),   take(most_columns_)};
  for (std::size_t first = 0; first < rows.size(); first += kLanes) {
    gather(rows, first, block);
    explain_block(block);
    const std::size_t n = std::min(kLanes, rows.size() - first);
    for (std::size_t r = 0; r < n; ++r) {
      double* row = out.data() + (first + r) * n_columns_;
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        row[columns_[c]] = block.contributions[c * kLanes + r];
      }
    }
  }
}

/// Past the end the last row is repeated.
void TreeExplainer::gather(std::span<const float* const> rows, std::size_t first,
                           Block& block) const {
  for (std::size_t r = 0; r < kLanes; ++r) {
    const float* row = rows[std::min(first + r, rows.size() - 1)];
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const float x = row[columns_[c]];
      block.values[c * kLanes + r] = std::abs(x) <= kZero ? 0.0 : double{x};
    }
  }
  std::fill_n(block.contributions, columns_.size() * kLanes, 0.0);
}

void TreeExplainer::explain_block(Block& block) const {
  const auto* split = splits_.data();
  const auto* leaf = leaves_.data();
  const auto* columns = path_columns_.data();
  const auto* step = steps_.data();
  for (const auto& tree : trees_) {
    for (std::uint32_t s = 0; s < tree.n_splits; ++s, ++split) {
      const Doubles x = load(block.values + split->column * kLanes);
      const Masks is_missing = (x != x) | ((x == 0) & split->sends_zero);
      const Masks is_left =
          (is_missing & split->sends_left) | (~is_missing & (x <= split->threshold));
      store(block.goes_left + s * kLanes, std::bit_cast<Doubles>(is_left));
    }
    for (std::uint32_t l = 0; l < tree.n_leaves; ++l, ++leaf) {
      for (std::uint32_t c = 0; c < leaf->n_columns; ++c) {
        Masks takes = Masks{} - 1;
        for (const auto* end = step + columns[c].n_steps; step != end; ++step) {
          takes &= std::bit_cast<Masks>(load(block.goes_left + step->split * kLanes)) ^
                   -std::int64_t{step->is_right};
        }
        store(block.takes + c * kLanes, std::bit_cast<Doubles>(takes));
      }
      add_contributions({columns, leaf->n_columns}, leaf->value, block);
      columns += leaf->n_columns;
    }
  }
}

/// Of one leaf: the products of all factors but one are those of the factors before it and after.
void TreeExplainer::add_contributions(std::span<const PathColumn> columns, double value,
                                      Block& block) const {
  const std::size_t n = columns.size();
  std::fill_n(block.integral, n * kLanes, 0.0);
  for (const auto& node : rules_[(n + 1) / 2]) {
    Doubles before = Doubles{} + node.weight;
    for (std::size_t c = 0; c < n; ++c) {
      const auto takes = std::bit_cast<Masks>(load(block.takes + c * kLanes));
      const Doubles factor = masked(takes, node.t) + columns[c].zero * (1 - node.t);
      store(block.factors + c * kLanes, factor);
      store(block.before + c * kLanes, before);
      before *= factor;
    }
    Doubles after = Doubles{} + 1.0;
    for (std::size_t c = n; c-- > 0;) {
      double* integral = block.integral + c * kLanes;
      store(integral, load(integral) + load(block.before + c * kLanes) * after);
      after *= load(block.factors + c * kLanes);
    }
  }
  for (std::size_t c = 0; c < n; ++c) {
    const auto takes = std::bit_cast<Masks>(load(block.takes + c * kLanes));
    double* sum = block.contributions + columns[c].column * kLanes;
    store(sum, load(sum) + value * (masked(takes, 1) - columns[c].zero) *
                               load(block.integral + c * kLanes));
  }
}

std::size_t TreeExplainer::n_bytes() const {
  const auto size = [](const auto& values) { return values.capacity() * sizeof(values.front()); };
  return size(columns_) + size(trees_) + size(splits_) + size(leaves_) + size(path_columns_) +
         size(steps_);
}

}  // namespace vitrina::ranking
