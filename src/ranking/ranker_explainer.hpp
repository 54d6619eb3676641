#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ranking/ranker.hpp"
#include "ranking/tree_explainer.hpp"

namespace vitrina::ranking {

/// What the logits of some rows of one user are made of. Of every row,
/// base + own_history + buyer + all its columns is the blended logit whose sigmoid is w.
struct Explanations {
  /// What is expected of a row of which nothing is known but that the user never touched it.
  double base = 0;
  std::vector<double> own_history;  ///< by row: what the calibrated own-history score adds
  /// By row: what P(the user buys anything) adds; 0 where the blend has no two-step model.
  std::vector<double> buyer;
  std::vector<double> columns;  ///< rows x columns
};

/// Rows of one user that a Ranker has scored.
struct ExplainedRows {
  std::span<const float* const> features;
  std::span<const float> own;
  /// What the two-step model said of P(the user buys anything); of no use without one.
  double buyer_logit = 0;
};

/// Memory of one who explains.
struct ExplainerMemory {
  TreeExplainerMemory trees;
  std::vector<double> columns;
};

/// Says why a ranker scored a row as it did: the Shapley values of its trees, weighted as the blend
/// weights their logits. The logit of P(buys) P(product | buys) is no sum: what it is away from the
/// expected is shared by the two, as two players do by Shapley, and what falls to the second goes
/// down to its columns in proportion (G-DeepSHAP: Chen, Lundberg, Lee, 2022).
class RankerExplainer {
 public:
  /// Tens of milliseconds; keeps nothing of the ranker. Throws
  /// Error(kIncompatibleArtifact) when the model text does not say how many rows of training went
  /// where.
  explicit RankerExplainer(const Ranker& ranker);

  void explain(const ExplainedRows& rows, ExplainerMemory& memory, Explanations& out) const;

  [[nodiscard]] std::size_t n_columns() const { return n_columns_; }
  /// Memory that this takes.
  [[nodiscard]] std::size_t n_bytes() const;

 private:
  /// A model of the blend: logit = base of own history + trees.
  struct Part {
    Part(const TreeModel& model, double weight_in_blend, bool is_of_buyers);
    /// Expected where own history says nothing.
    [[nodiscard]] double expected() const { return own.logit(0) + trees.base(); }

    OwnBase own;
    TreeExplainer trees;
    double weight;
    bool is_two_step;  ///< its logit is of P(the product | buys)
  };

  void add_part(const Part& part, const ExplainedRows& rows, ExplainerMemory& memory,
                Explanations& out) const;

  std::size_t n_columns_;
  double base_ = 0;
  double expected_buyer_ = 0;
  std::vector<Part> parts_;
};

}  // namespace vitrina::ranking
