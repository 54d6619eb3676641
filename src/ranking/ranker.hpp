#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/params.hpp"
#include "ranking/booster.hpp"
#include "ranking/buyer_calibration.hpp"
#include "ranking/examples.hpp"
#include "ranking/logistic.hpp"

namespace vitrina::ranking {

struct RankerConfig {
  int bags = 1;
  int rounds = 80;
  int leaves = 12;
  double learning_rate = 0.06;
  double l2 = 10;
  double min_leaf_hessian = 0.5;
  int min_leaf_rows = 100;
  double column_share = 0.5;
  double row_share = 0.8;
  double buyers_per_round = 2;
  int min_positives = 40;

  void visit(ConfigVisitor& v) {
    v.field("bags", bags, {1, 100},
            "models trained with seeds of their own, whose scores are averaged");
    v.field("rounds", rounds, {0, 10'000}, "trees at most; 0 leaves the own-history base alone");
    v.field("leaves", leaves, {2, 1000}, "leaves a tree");
    v.field("learning_rate", learning_rate, {0.001, 1}, "share of a tree that is added");
    v.field("l2", l2, {0, 1e6}, "L2 penalty on leaf values");
    v.field("min_leaf_hessian", min_leaf_hessian, {0, 1e6}, "least curvature in a leaf");
    v.field("min_leaf_rows", min_leaf_rows, {1, 1e9}, "least rows in a leaf");
    v.field("column_share", column_share, {0.01, 1}, "share of the columns drawn for a tree");
    v.field("row_share", row_share, {0.01, 1}, "share of the rows drawn for a tree");
    v.field("buyers_per_round", buyers_per_round, {0.01, 1e6},
            "bought pairs that pay for one tree: few positives, few trees");
    v.field("min_positives", min_positives, {0, 1e9},
            "with fewer bought pairs the own-history base alone is used");
  }
};

/// Which own-history column of the examples is the base.
enum class Lineage : std::uint8_t { kValid, kFinal };

/// w = E[1(bought) / |bought|] of a user and a product (docs/architecture.md, «Choice»): a
/// calibrated own-history score, corrected by boosted trees. With no trees it is the own-history
/// rule, which is what a small log falls back to.
class Ranker {
 public:
  Ranker() = default;

  /// Fits on the folds' examples. `columns` of all folds must be equal.
  static Ranker fit(std::span<const Examples* const> folds, Lineage lineage,
                    const RankerConfig& config, std::uint64_t seed, int threads);

  /// w of every row; `own` is the own-history score of each row.
  void score(MatrixView rows, std::span<const float> own, int threads, std::span<float> w) const;
  /// w by the calibrated own-history score alone.
  [[nodiscard]] float base_score(float own) const;

  /// P(the user buys anything) from the sum of the best k w, by the calibration that was set; the
  /// sum itself, which P cannot be below, where none was.
  [[nodiscard]] double buy_probability(double expected_recall) const;
  [[nodiscard]] bool has_buyers() const { return buyers_.is_fitted(); }
  void set_buyers(const BuyerCalibration& buyers) { buyers_ = buyers; }

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] bool has_trees() const { return !bags_.empty(); }
  [[nodiscard]] int rounds() const { return rounds_; }
  [[nodiscard]] std::uint64_t n_positives() const { return n_positives_; }
  /// Total gain by column; empty without trees.
  [[nodiscard]] std::vector<double> gains() const;

  /// Writes `<folder>/ranker.vtr` (the trees' text with its SHA-256 inside) and reads it back.
  void save(const std::filesystem::path& folder) const;
  static Ranker load(const std::filesystem::path& folder);

 private:
  [[nodiscard]] double base_logit(float own) const;
  void fit_base(std::span<const Examples* const> folds, Lineage lineage);
  void fit_trees(std::span<const Examples* const> folds, Lineage lineage,
                 const RankerConfig& config, std::uint64_t seed, int threads);

  std::vector<std::string> columns_;
  LogisticLine base_;             ///< of log(own history)
  double untouched_logit_ = -15;  ///< where own history says nothing
  BuyerCalibration buyers_;
  std::vector<Booster> bags_;
  int rounds_ = 0;
  std::uint64_t n_positives_ = 0;
};

}  // namespace vitrina::ranking
