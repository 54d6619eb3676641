#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "ranking/booster.hpp"
#include "ranking/buyer_calibration.hpp"
#include "ranking/examples.hpp"
#include "ranking/training_rows.hpp"
#include "ranking/tree_model.hpp"

namespace vitrina::ranking {

/// The models' places in a blend.
enum Model : std::uint8_t { kShare, kHit, kTwoStep };
inline constexpr std::size_t kModelCount = 3;
inline constexpr std::array<std::string_view, kModelCount> kModelNames{"share", "hit", "two_step"};

/// Weights of the models' logits; they add up to 1, and a model of weight 0 is left out.
using Blend = std::array<double, kModelCount>;

/// Logits of rows by model; empty for a model that was not trained.
using ModelLogits = std::array<std::vector<double>, kModelCount>;

/// The weighted sum of the models' logits, by row; `total` keeps its memory.
void blend_logits(const ModelLogits& logits, const Blend& blend, std::vector<double>& total);

struct RankerConfig {
  double share_weight = 1;
  double hit_weight = 1;
  double two_step_weight = 0;
  bool choose = true;
  int rounds = 100;
  int untested_rounds = 30;
  int leaves = 12;
  double learning_rate = 0.15;
  double l2 = 10;
  double min_leaf_hessian = 0.5;
  int min_leaf_rows = 100;
  double column_share = 0.5;
  double row_share = 0.8;
  double buyers_per_round = 4;
  int min_positives = 40;

  void visit(ConfigVisitor& v) {
    v.field(
        "share_weight", share_weight, {0, 100},
        "weight in the blend of the model that learns w = 1(bought) / |bought| itself; 0 leaves "
        "a model out");
    v.field("hit_weight", hit_weight, {0, 100},
            "weight of the model that learns whether the product is bought");
    v.field("two_step_weight", two_step_weight, {0, 100},
            "weight of P(buys anything) times P(the product | buys)");
    v.field("choose", choose,
            "whether the log itself chooses the weights and the number of trees: those that "
            "predict best the newest windows, which `train` does not learn from; what is set here "
            "is what it begins with");
    v.field("rounds", rounds, {0, 10'000}, "trees at most; 0 leaves the own-history base alone");
    v.field("untested_rounds", untested_rounds, {0, 10'000},
            "trees at most where the log is too short to choose");
    v.field("leaves", leaves, {2, 1000}, "leaves a tree");
    v.field("learning_rate", learning_rate, {0.001, 1}, "share of a tree that is added");
    v.field("l2", l2, {0, 1e6}, "L2 penalty on leaf values");
    v.field("min_leaf_hessian", min_leaf_hessian, {0, 1e6}, "least curvature in a leaf");
    v.field("min_leaf_rows", min_leaf_rows, {1, 1e9}, "least rows in a leaf");
    v.field("column_share", column_share, {0.01, 1}, "share of the columns drawn for a tree");
    v.field("row_share", row_share, {0.01, 1}, "share of the rows drawn for a tree");
    v.field("buyers_per_round", buyers_per_round, {0.01, 1e6},
            "bought pairs per tree: few positives, few trees");
    v.field("min_positives", min_positives, {0, 1e9},
            "with fewer bought pairs the own-history base alone is used");
  }

  /// The weights as a blend; they add up to 1. Throws Error(kConfig) when all are 0.
  [[nodiscard]] Blend blend() const;
};

/// Rows of features by user, with the own-history score of each row.
struct ScoringRows {
  MatrixView features;
  std::span<const std::uint64_t> offsets;  ///< rows by user, from 0 to the number of rows
  std::span<const float> own;
  /// By user, what strongest_row() says of all their candidates, where `features` is a sample of
  /// them; empty: it is looked for among the rows.
  MatrixView user_features = {};
  std::span<const float> user_own = {};
};

/// The rows of examples as train and judge see them: with the own history of the lineage.
ScoringRows scoring_rows(const Examples& examples, Lineage lineage);

/// Memory of one who scores.
struct RankerMemory {
  std::vector<float> inputs;     ///< of the trees
  std::vector<double> of_trees;  ///< what the trees of every model say, by row
  ModelLogits logits;
  std::vector<double> total;
  std::vector<float> user_rows;  ///< the strongest row of every user
  std::vector<float> user_own;
  std::vector<double> user_logits;
};

/// w = E[1(bought) / |bought|] of a user and a product (docs/architecture.md, «Model»): a blend of
/// up to three models, each a calibrated own-history score corrected by boosted trees:
/// - share: w itself;
/// - hit: P(bought), times the mean of 1 / |bought| over the bought;
/// - two-step: P(user buys anything), from the user's strongest row, times w among buyers.
/// Logits are averaged. With no trees w is the own-history rule alone, which is what a small log
/// falls back to.
class Ranker {
 public:
  Ranker() = default;

  /// Fits on the folds' examples. `columns` of all folds must be equal.
  static Ranker fit(std::span<const Examples* const> folds, Lineage lineage,
                    const RankerConfig& config, std::uint64_t seed, int threads);

  /// w of every row; every user with rows gets the same w whatever other users are beside.
  void score(const ScoringRows& rows, int threads, std::span<float> w) const;
  /// The same on this thread alone, in memory of the caller.
  void score(const ScoringRows& rows, RankerMemory& memory, std::span<float> w) const;
  /// w by the calibrated own-history score alone.
  [[nodiscard]] float base_score(float own) const;

  /// P(the user buys anything) and the recall to expect from the sum of the best k w, in the window
  /// that the calibration was learned on; not fitted where none was set.
  [[nodiscard]] const BuyerCalibration& buyers() const { return buyers_; }
  void set_buyers(const BuyerCalibration& buyers) { buyers_ = buyers; }

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] bool has_trees() const;
  [[nodiscard]] const Blend& blend() const { return weight_; }
  [[nodiscard]] const TreeModel& model(Model model) const { return models_[model]; }
  /// Of P(the user buys anything), which the two-step model takes.
  [[nodiscard]] const TreeModel& buyer_model() const { return buyer_; }
  /// What is added to the logits of the hit model.
  [[nodiscard]] double hit_shift() const { return hit_shift_; }
  /// The same with other weights, models of weight 0 left out, and the first trees of each alone.
  [[nodiscard]] Ranker reduced(const Blend& blend, int rounds) const;
  /// What every model says of the rows.
  [[nodiscard]] ModelLogits logits(const ScoringRows& rows, int threads) const;
  [[nodiscard]] int rounds() const { return rounds_; }
  [[nodiscard]] std::uint64_t n_positives() const { return n_positives_; }
  /// Total gain by column over all models; empty without trees.
  [[nodiscard]] std::vector<double> gains() const;

  /// Writes `<folder>/ranker.vtr` (the trees' text with its SHA-256 inside) and reads it back.
  void save(const std::filesystem::path& folder) const;
  static Ranker load(const std::filesystem::path& folder);

 private:
  void fit_trees(std::span<const Examples* const> folds, Lineage lineage,
                 const RankerConfig& config, std::uint64_t seed, int threads);
  /// Joins the trees of all models, which look at the same rows.
  void join_trees();
  /// Fills `logits` of every model that counts in the blend; the others' are empty.
  void find_logits(const ScoringRows& rows, int threads, RankerMemory& memory) const;
  void find_w(const ScoringRows& rows, int threads, RankerMemory& memory, std::span<float> w) const;
  void two_step_logits(const ScoringRows& rows, int threads, RankerMemory& memory) const;

  std::vector<std::string> columns_;
  Blend weight_{1, 0, 0};                      ///< 0: not trained
  std::array<TreeModel, kModelCount> models_;  ///< kTwoStep: w among buyers
  TreeScorer trees_;                           ///< of those of models_ that have any, in turn
  TreeModel buyer_;                            ///< P(user buys anything)
  double hit_shift_ = 0;  ///< logarithm of the mean of 1 / |bought| over the bought
  BuyerCalibration buyers_;
  int rounds_ = 0;
  std::uint64_t n_positives_ = 0;
};

}  // namespace vitrina::ranking
