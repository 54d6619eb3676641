#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/archive.hpp"
#include "ranking/booster.hpp"
#include "ranking/own_base.hpp"

namespace vitrina::ranking {

/// Rows that one model learns from.
struct TrainingRows {
  std::vector<const float*> features;  ///< where each row's begin, in the examples
  std::vector<float> label;            ///< in [0, 1]
  std::vector<float> weight;
  std::vector<float> own;  ///< own-history score
  /// How much more than the mean window the row's window bought, as a shift of the logit: half of
  /// the usual customers may come in a week of holidays, and no column of a customer tells why.
  std::vector<float> level;

  [[nodiscard]] std::size_t n_rows() const { return label.size(); }
};

/// How trees are grown.
struct TreeTask {
  const std::vector<std::string>& columns;
  std::string params;  ///< LightGBM's own `key=value` text, without the number of threads
  int rounds;          ///< 0: the base alone
  int threads;
};

/// A base on own history corrected by boosted trees.
class TreeModel {
 public:
  /// Without trees: the base alone.
  TreeModel() = default;
  explicit TreeModel(OwnBase base) : base_(base) {}

  /// Grows trees that correct the base on `rows`; none without rows or rounds.
  void grow(const TrainingRows& rows, const TreeTask& task);
  /// The same with the first trees alone.
  [[nodiscard]] TreeModel first_trees(int rounds) const;

  /// Logits of rows with the own-history scores `own`.
  void logits(MatrixView rows, std::span<const float> own, int threads,
              std::span<double> out) const;

  /// Adds the base to what the trees' scorer has said of the rows.
  void add_base(std::span<const float> own, std::span<double> scores) const;

  /// The trees' scorer; has_trees() there must be.
  [[nodiscard]] const TreeScorer& scorer() const { return trees_->scorer(); }
  [[nodiscard]] const Booster& trees() const { return *trees_; }
  [[nodiscard]] const OwnBase& base() const { return base_; }
  [[nodiscard]] bool has_trees() const { return trees_.has_value(); }
  /// Adds the gain of every column to `total`.
  void add_gains(std::vector<double>& total) const;

  /// Blocks that begin with `name`; the trees' text stands beside its SHA-256.
  void put(ArchiveWriter& out, std::string_view name) const;
  static TreeModel get(const ArchiveReader& in, std::string_view name);

 private:
  OwnBase base_;
  std::optional<Booster> trees_;
};

}  // namespace vitrina::ranking
