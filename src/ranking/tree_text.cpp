#include "ranking/tree_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "core/error.hpp"

namespace vitrina::ranking {
namespace {

/// Bits of `decision_type`; the two above them hold the kind of missing value.
constexpr unsigned kCategorical = 1;
constexpr unsigned kDefaultLeft = 2;
constexpr unsigned kMissingShift = 2;

[[noreturn]] void fail(std::string_view place, std::string_view what) {
  throw Error(ErrorCode::kIncompatibleArtifact,
              fmt::format("trees, {}: {}; run 'vitrina train' and 'vitrina refit' again with the "
                          "LightGBM that requirements.lock pins",
                          place, what));
}

/// `key=value` lines up to an empty one.
class Block {
 public:
  Block(std::string place, std::string_view lines) : place_(std::move(place)), lines_(lines) {}

  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const {
    auto rest = lines_;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=') {
        return line.substr(key.size() + 1);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string_view get(std::string_view key) const {
    const auto value = find(key);
    if (!value) fail(place_, fmt::format("no line '{}='", key));
    return *value;
  }

  /// Fails unless the line is there and says just that.
  void expect(std::string_view key, std::string_view expected) const {
    const auto value = get(key);
    if (value != expected) {
      fail(place_, fmt::format("'{}={}', expected '{}={}'", key, printable(value), key, expected));
    }
  }

  template <class T>
  [[nodiscard]] T number(std::string_view key) const {
    return numbers<T>(key, 1).front();
  }

  /// `n` numbers with spaces between.
  template <class T>
  [[nodiscard]] std::vector<T> numbers(std::string_view key, std::size_t n) const {
    const auto text = get(key);
    std::vector<T> values;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
      T value{};
      const auto [stop, error] = std::from_chars(at, end, value);
      if (error != std::errc() || (stop != end && *stop != ' ')) {
        const std::string_view rest(at, static_cast<std::size_t>(end - at));
        fail(place_, fmt::format("'{}' holds '{}', expected a number", key,
                                 printable(rest.substr(0, rest.find(' ')))));
      }
      values.push_back(value);
      at = stop == end ? end : stop + 1;
    }
    if (values.size() != n) {
      fail(place_, fmt::format("'{}' holds {} numbers, expected {}", key, values.size(), n));
    }
    return values;
  }

  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string place_;
  std::string_view lines_;
};

/// Cuts the lines up to the next empty one off `text`.
std::string_view take_block(std::string_view& text) {
  const auto length = std::min(text.size(), text.find("\n\n"));
  const auto block = text.substr(0, length);
  text.remove_prefix(length);
  while (text.starts_with('\n')) text.remove_prefix(1);
  return block;
}

Missing missing_kind(const Block& block, unsigned decision_type) {
  if ((decision_type & kCategorical) != 0) {
    fail(block.place(), "a categorical split, expected numerical ones");
  }
  const unsigned kind = decision_type >> kMissingShift;
  if (kind > static_cast<unsigned>(Missing::kNan)) {
    fail(block.place(), fmt::format("decision_type {}, expected at most 11", decision_type));
  }
  return static_cast<Missing>(kind);
}

/// Fails unless the splits and leaves form one tree in which every split follows its parent.
void check_tree(const Block& block, const TextTree& tree) {
  std::vector<bool> has_parent(tree.splits.size());
  std::vector<bool> is_hung(tree.leaf_values.size());
  const auto hang = [&](std::size_t parent, std::int32_t child) {
    const bool is_leaf = child < 0;
    auto& seen = is_leaf ? is_hung : has_parent;
    const auto index = is_leaf ? leaf_of(child) : static_cast<std::size_t>(child);
    if (index >= seen.size() || seen[index] || (!is_leaf && index <= parent)) {
      fail(block.place(), fmt::format("split {} has the child {}, which cannot be", parent, child));
    }
    seen[index] = true;
  };
  // n splits have 2n children, all different: every split but the root and all n + 1 leaves
  for (std::size_t s = 0; s < tree.splits.size(); ++s) {
    hang(s, tree.splits[s].left);
    hang(s, tree.splits[s].right);
  }
}

/// Fails unless rows came to every split, and to a child no more than to its parent.
void read_row_counts(const Block& block, TextTree& tree) {
  tree.split_rows = block.numbers<double>("internal_count", tree.splits.size());
  tree.leaf_rows = block.numbers<double>("leaf_count", tree.leaf_values.size());
  for (std::size_t s = 0; s < tree.splits.size(); ++s) {
    const double rows = tree.split_rows[s];
    if (!(rows >= 1) || !std::isfinite(rows)) {
      fail(block.place(), fmt::format("{} rows at split {}, expected 1 and more", rows, s));
    }
    for (const auto child : {tree.splits[s].left, tree.splits[s].right}) {
      const double below = child < 0 ? tree.leaf_rows[leaf_of(child)]
                                     : tree.split_rows[static_cast<std::size_t>(child)];
      if (below >= 0 && below <= rows) continue;
      fail(block.place(), fmt::format("{} rows below split {}, expected 0 to {}", below, s, rows));
    }
  }
}

TextTree parse_tree(const Block& block, std::size_t n_columns, RowCounts counts) {
  block.expect("num_cat", "0");
  block.expect("is_linear", "0");
  TextTree tree;
  const auto n_leaves = block.number<std::uint32_t>("num_leaves");
  if (n_leaves == 0) fail(block.place(), "no leaf");
  tree.leaf_values = block.numbers<double>("leaf_value", n_leaves);
  for (const double value : tree.leaf_values) {
    if (!std::isfinite(value)) fail(block.place(), "a leaf whose value is no number");
  }
  const std::size_t n_splits = n_leaves - 1;
  if (n_splits == 0) return tree;
  const auto column = block.numbers<std::uint32_t>("split_feature", n_splits);
  const auto threshold = block.numbers<double>("threshold", n_splits);
  const auto decision_type = block.numbers<std::uint32_t>("decision_type", n_splits);
  const auto left = block.numbers<std::int32_t>("left_child", n_splits);
  const auto right = block.numbers<std::int32_t>("right_child", n_splits);
  for (std::size_t s = 0; s < n_splits; ++s) {
    if (column[s] >= n_columns) {
      fail(block.place(), fmt::format("split on column {} of {}", column[s], n_columns));
    }
    if (std::isnan(threshold[s])) fail(block.place(), "a threshold that is no number");
    tree.splits.push_back({column[s], threshold[s], missing_kind(block, decision_type[s]),
                           (decision_type[s] & kDefaultLeft) != 0, left[s], right[s]});
  }
  check_tree(block, tree);
  if (counts == RowCounts::kRead) read_row_counts(block, tree);
  return tree;
}

Block parse_header(std::string_view& text) {
  if (!text.starts_with("tree\n")) fail("first line", "is not 'tree'");
  text.remove_prefix(5);
  const auto lines = take_block(text);
  const Block header("header", lines);
  header.expect("version", "v4");
  header.expect("num_class", "1");
  header.expect("num_tree_per_iteration", "1");
  // a line without a value: outputs are to be divided by the number of trees
  if (fmt::format("\n{}\n", lines).find("\naverage_output\n") != std::string::npos) {
    fail("header", "a random forest, expected boosted trees");
  }
  return header;
}

}  // namespace

TreeText parse_tree_text(std::string_view text, RowCounts counts) {
  const auto header = parse_header(text);
  TreeText result;
  constexpr std::uint32_t kMostColumns = 1'000'000;
  const auto last_column = header.number<std::uint32_t>("max_feature_idx");
  if (last_column >= kMostColumns) fail("header", "over a million columns");
  result.n_columns = last_column + 1;
  while (text.starts_with("Tree=")) {
    const auto place = fmt::format("tree {}", result.trees.size());
    result.trees.push_back(parse_tree(Block(place, take_block(text)), result.n_columns, counts));
  }
  if (!text.starts_with("end of trees\n")) {
    fail(fmt::format("after tree {}", result.trees.size()),
         fmt::format("'{}', expected a tree or 'end of trees'",
                     printable(text.substr(0, std::min<std::size_t>(text.find('\n'), 40)))));
  }
  return result;
}

}  // namespace vitrina::ranking
