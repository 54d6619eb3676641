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

/// Rows that one model learns from, copied out of the examples.
struct TrainingRows {
  std::vector<float> features;  ///< rows x columns, row-major
  std::vector<float> label;     ///< in [0, 1]
  std::vector<float> weight;
  std::vector<float> own;  ///< own-history score

  [[nodiscard]] std::size_t n_rows() const { return label.size(); }
};

/// How trees are grown.
struct TreeTask {
  const std::vector<std::string>& columns;
  std::string params;  ///< LightGBM's own `key=value` text
  int rounds;          ///< 0: the base alone
};

/// A base on own history corrected by bags of boosted trees, whose logits are averaged.
class TreeModel {
 public:
  /// Without trees: the base alone.
  TreeModel() = default;
  explicit TreeModel(OwnBase base) : base_(base) {}

  /// A bag of trees that correct the base on `rows`; none without rows or rounds.
  [[nodiscard]] std::optional<Booster> grow(const TrainingRows& rows, const TreeTask& task) const;
  void add_bag(Booster bag) { bags_.push_back(std::move(bag)); }

  /// Logits of rows with the own-history scores `own`.
  void logits(MatrixView rows, std::span<const float> own, int threads,
              std::span<double> out) const;

  /// The same from what the scorer of every bag has said of the rows, one bag after the other.
  void logits(std::span<const double> of_bags, std::span<const float> own,
              std::span<double> out) const;

  [[nodiscard]] const std::vector<Booster>& bags() const { return bags_; }
  [[nodiscard]] const OwnBase& base() const { return base_; }
  [[nodiscard]] bool has_trees() const { return !bags_.empty(); }
  /// Adds the gain of every column to `total`.
  void add_gains(std::vector<double>& total) const;

  /// Blocks that begin with `name`; the trees' text stands beside its SHA-256.
  void put(ArchiveWriter& out, std::string_view name) const;
  static TreeModel get(const ArchiveReader& in, std::string_view name);

 private:
  OwnBase base_;
  std::vector<Booster> bags_;
};

}  // namespace vitrina::ranking
