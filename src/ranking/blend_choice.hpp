#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ranking/examples.hpp"
#include "ranking/ranker.hpp"

namespace vitrina::ranking {

/// A blend of models of so many trees, and how well it predicts windows that it did not learn from.
struct BlendOption {
  Blend blend;
  int rounds;
  double loss = 0;   ///< cross-entropy a bought share, see choose_blend()
  double gain = 0;   ///< loss of the first option less this one's
  double error = 0;  ///< standard error of the gain
};

struct BlendChoice {
  std::vector<BlendOption> options;  ///< the first is what is used where nothing is known
  std::size_t chosen = 0;
  bool is_tested = false;  ///< whether there was enough to choose by

  [[nodiscard]] const BlendOption& best() const { return options[chosen]; }
};

/// What `train` begins with where the log chooses: all models, so that every blend can be tried.
RankerConfig with_all_models(const RankerConfig& config);

/// What stands where there is nothing to choose by.
BlendChoice untested_choice(const RankerConfig& config);

/// Judges the blends that a ranker of all models can be reduced to, at several lengths, on windows
/// that begin when the last of its own has ended. The judge is the weighted cross-entropy of
/// sigmoid(shift + logit) to the label, with the shift that suits the option best: how many buy in
/// a window is not what options differ in. Chosen is the largest gain less its standard error over
/// customers, so that the first option gives way to what is better beyond doubt alone (after the
/// one-standard-error rule of Breiman et al., 1984).
BlendChoice choose_blend(const Ranker& ranker, std::span<const Examples* const> windows,
                         Lineage lineage, const RankerConfig& config, int threads);

}  // namespace vitrina::ranking
