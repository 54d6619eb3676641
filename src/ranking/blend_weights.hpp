#pragma once

#include <span>
#include <vector>

namespace vitrina::ranking {

/// What a blend is learned on: rows that no model of it was trained on.
struct BlendRows {
  std::span<const std::vector<double>> logits;  ///< by model, then by row; of prior 0: empty
  std::span<const float> label;                 ///< in [0, 1]
  std::span<const float> weight;
};

/// Weights of the models' logits, not negative and adding up to 1, by exponentiated gradient
/// (Kivinen and Warmuth, 1997) on the weighted cross-entropy of sigmoid(shift + sum of w_m l_m).
/// The shift is free and dropped afterwards: how many buy in a window is not what the models
/// differ in. `prior` (one a model, adding up to 1) speaks with the strength of `prior_positives`
/// bought rows, by its Kullback-Leibler divergence, so that a handful of purchases cannot throw a
/// model out; a model of prior 0 stays at 0. Without a bought row the prior is returned.
std::vector<double> learn_blend(const BlendRows& rows, std::span<const double> prior,
                                double prior_positives);

}  // namespace vitrina::ranking
