#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ranking/matrix_view.hpp"
#include "ranking/tree_scorer.hpp"

namespace vitrina::ranking {

struct BoosterTask {
  std::span<const float* const> rows;  ///< where the values of each row begin
  std::span<const float> label;        ///< in [0, 1]
  std::span<const float> weight;
  std::span<const double> init_score;  ///< logits that the trees correct
  const std::vector<std::string>& columns;
  std::string params;  ///< LightGBM's own `key=value` text, without the number of threads
  int rounds;
  int threads;
};

/// Gradient-boosted trees: trained by LightGBM 4.7 through its C interface, scored by our own
/// TreeScorer, which was made from the same text. Move-only.
class Booster {
 public:
  Booster();
  ~Booster();
  Booster(Booster&&) noexcept;
  Booster& operator=(Booster&&) noexcept;

  /// Trains `task.rounds` trees. Several threads may do so at once; those that ask for another
  /// number of threads wait for each other. Throws Error(kInternal) with LightGBM's words.
  static Booster train(const BoosterTask& task);

  /// Reads LightGBM's model text. The text must come from a file whose SHA-256 was checked: the
  /// format is not safe to load from strangers. A handful of rows are scored by LightGBM too:
  /// throws Error(kIncompatibleArtifact) when a score differs or the text cannot be read.
  static Booster from_text(const std::string& text);
  /// LightGBM's model text, of all trees or of the first `rounds`.
  [[nodiscard]] std::string to_text(int rounds = -1) const;

  /// Raw scores (logits without the init score) of every row.
  void predict(MatrixView rows, int threads, std::span<double> out) const {
    scorer_.score(rows, threads, out);
  }
  /// What predict() asks.
  [[nodiscard]] const TreeScorer& scorer() const { return scorer_; }
  /// The same to the bit by LightGBM: what predict() is checked against, and much slower.
  void predict_by_lightgbm(MatrixView rows, int threads, std::span<double> out) const;

  /// What LightGBM says the columns contribute to its scores: rows x (columns and, last, what is
  /// expected of any row). What explanations are checked against, and much slower.
  void contributions_by_lightgbm(MatrixView rows, int threads, std::span<double> out) const;

  /// Total gain by column, in column order.
  [[nodiscard]] std::vector<double> gains() const;

 private:
  struct State;
  void check_scorer() const;
  /// Asks LightGBM for a `kind` of its C interface.
  void ask_lightgbm(int kind, MatrixView rows, int threads, std::span<double> out) const;

  std::unique_ptr<State> state_;
  TreeScorer scorer_;
};

}  // namespace vitrina::ranking
