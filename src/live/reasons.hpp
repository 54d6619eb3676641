#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bundle/generation.hpp"
#include "engine/batch.hpp"
#include "ranking/ranker_explainer.hpp"

namespace vitrina::live {

/// What part of a logit is due to: a column of the engine, or one of the two that are no columns.
struct Reason {
  static constexpr std::size_t kOwnHistory = SIZE_MAX;
  static constexpr std::size_t kBuyer = SIZE_MAX - 1;

  std::size_t column = kOwnHistory;
  double value = 0;         ///< in the row; NaN: unknown
  double contribution = 0;  ///< to the logit
};

/// Why a product has its score: base + contributions + other is its logit.
struct Reasons {
  static constexpr std::size_t kMost = 5;

  double logit = 0;
  double base = 0;                ///< what is expected of a product of which nothing is known
  std::vector<Reason> strongest;  ///< by size of the contribution, at most kMost, none of them 0
  double other = 0;               ///< what all others contribute
};

/// Memory of one who explains.
struct ReasonsMemory {
  std::vector<const float*> rows;
  std::vector<float> own;
  std::vector<Reason> reasons;
  ranking::ExplainerMemory ranker;
  ranking::Explanations explanations;
};

/// The reasons of `items`, which answer_one() has just named from the one block of `batch`.
std::vector<Reasons> find_reasons(const bundle::Generation& generation, const engine::Batch& batch,
                                  std::span<const engine::SourcedItem> items,
                                  ReasonsMemory& memory);

}  // namespace vitrina::live
