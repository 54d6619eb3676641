#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "engine/answer.hpp"
#include "engine/engine.hpp"
#include "models/own_history.hpp"
#include "ranking/ranker.hpp"

namespace vitrina::engine {

/// Users whose rows are scored by one call to the trees: enough to fill its blocks of rows, few
/// enough for them (about 250 KB) to wait in a core's second cache.
inline constexpr std::size_t kUsersAtOnce = 2;

/// The rows of a handful of users, one user's after the other's: scratch memory of one worker.
struct Batch {
  Scratch scratch;
  std::vector<UserBlock> blocks;       ///< one a user
  std::vector<std::uint64_t> offsets;  ///< rows by user
  std::vector<float> features;         ///< rows x columns, row-major; what follows is of no use
  std::vector<float> own;              ///< own-history score, by row
  std::vector<float> w;                ///< what the ranker says, by row
  ranking::RankerMemory ranker;

  [[nodiscard]] std::size_t n_rows() const { return own.size(); }
};

/// Candidates, features and own-history scores of the users; `w` is left as it was.
void fill_batch(const Engine& engine, const models::OwnHistory& own_history,
                const LogQueries& queries, std::span<const UserIdx> users, Batch& batch);

/// The answer to one query: candidates -> features -> w -> the best `n` products, best first, ties
/// to what own history, then a generator, ranks first. The same, to the bit, as the query's
/// customer gets in any batch. `query.k` says how many candidates there are at least, as in a
/// batch; `n` may be more or fewer than that. `batch` is the memory of who asks.
void answer_one(const Engine& engine, const Scorer& scorer, const Query& query, std::size_t n,
                Batch& batch, std::vector<SourcedItem>& out);

/// `w` from the batch's features and own-history scores.
void score_batch(const Engine& engine, const ranking::Ranker& ranker, Batch& batch);

/// The best k products by `w` of every user of the batch, best first. Where trees say the same of
/// products, own history ranks them, then the best rank that a generator gave, then the product's
/// index. `keys` is memory.
void best_of_batch(std::size_t k, const Batch& batch, std::vector<std::uint64_t>& keys,
                   std::span<std::vector<SourcedItem>> out);

/// Throws Error(kIncompatibleArtifact) when the ranker's trees were grown on other columns than
/// the engine makes.
void check_columns(const Engine& engine, const ranking::Ranker& ranker);

}  // namespace vitrina::engine
