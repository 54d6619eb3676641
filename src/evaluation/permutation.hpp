#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "data/purchases.hpp"
#include "engine/answer.hpp"
#include "engine/engine.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::evaluation {

/// How well the scores of a fold predict what was bought in it.
struct Measures {
  double recall_a = 0;       ///< reading A of the exact choice, in [0, 1]; larger is better
  double cross_entropy = 0;  ///< nats a scored user, of w against 1 / |bought|; smaller is better
};

/// Feature columns that are permuted together.
struct ColumnSet {
  std::string name;
  std::vector<std::size_t> columns;  ///< indices into Engine::column_names(), ascending
};

/// Names the own-history score from which the trees start: it is no feature column, but can be
/// permuted like one.
inline constexpr std::size_t kBaseColumn = static_cast<std::size_t>(-1);

/// What is permuted and judged.
struct PermutationTask {
  const engine::Engine& engine;
  engine::Scorer scorer;
  const LogQueries& queries;
  std::span<const UserIdx> users;  ///< who is scored, ascending
  const Purchases& bought;
  selection::ChoiceLimits limits;
  std::span<const ColumnSet> sets;
  int repeats = 1;
  std::uint64_t seed = 0;  ///< permutation r is drawn from stream r of it
  std::size_t max_bytes = 0;
  int threads = 1;
};

/// Measures as they are and with each set of columns permuted.
struct PermutationResult {
  std::size_t n_rows = 0;
  Measures untouched;
  std::vector<Measures> permuted;  ///< by set, the mean over the repeats
};

/// Permutation importance (Breiman, Random Forests, 2001, section 10; of columns in groups:
/// Gregorutti et al., 2015): the values of a set's columns are exchanged between the rows
/// (candidates) of all scored users, all columns of a set by one permutation, and the users are
/// chosen and judged anew.
///
/// The feature matrix is never held as a whole: sets are taken in passes whose columns and choices
/// fit into `max_bytes` (a set that does not fit alone gets a pass of its own), and rows are made
/// anew in each, twice a pass and once a further repeat. The same bytes come out with any number of
/// threads and any `max_bytes`. Throws Error(kIncompatibleArtifact) when the ranker's columns are
/// others.
PermutationResult permute(const PermutationTask& task, Progress& progress);

}  // namespace vitrina::evaluation
