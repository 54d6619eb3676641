#pragma once

#include <cstdint>
#include <span>

#include "ranking/examples.hpp"
#include "ranking/tree_model.hpp"

namespace vitrina::ranking {

/// Which own-history column of the examples is the base.
enum class Lineage : std::uint8_t { kValid, kFinal };

/// What a model is to learn from the examples' rows.
enum class Target : std::uint8_t {
  kShare,    ///< 1 / |bought| where bought, of all users
  kHit,      ///< 1 where bought, of all users
  kOfBuyer,  ///< 1 / |bought| where bought, of the users who bought something
};

/// Several models of one blend share the rows that were not bought, each a part of them, drawn by
/// hash: what each loses in rows the blend wins in variety, and training costs as much as one.
struct Part {
  std::uint64_t index = 0;
  std::uint64_t of = 1;  ///< at least 1
  std::uint64_t seed = 0;
};

/// The rows for `target`, which point into the folds; bought ones are always there, of the others
/// one part, which is weighted up. `base` says what a window is expected to buy: what it bought
/// beyond that is its level, which trees need not explain.
TrainingRows select_rows(std::span<const Examples* const> folds, Lineage lineage, Target target,
                         Part part, const OwnBase& base);

/// Rows of users, and the base on own history that their windows' levels are by.
struct UserRows {
  TrainingRows rows;
  OwnBase base;
};

/// One row a user, their strongest, with whether they bought anything.
UserRows select_users(std::span<const Examples* const> folds, Lineage lineage);

/// The own-history base of a target, over all its rows.
OwnBase fit_base(std::span<const Examples* const> folds, Lineage lineage, Target target);

}  // namespace vitrina::ranking
