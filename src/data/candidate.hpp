#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/csr.hpp"
#include "core/ids.hpp"
#include "core/topk.hpp"

namespace vitrina {

using ScoredItem = Scored<ItemIdx>;

/// What one generator proposes for a batch of users: a row a user, best first.
using CandidateLists = Csr<ScoredItem>;

inline constexpr std::uint16_t kNoRank = std::numeric_limits<std::uint16_t>::max();

/// The merged candidates of a batch of users: rows [offsets[u], offsets[u + 1]) are user u's, by
/// product ascending. `score` and `rank` are row-major, n_rows x n_generators; rank 0 is a
/// generator's best, kNoRank (score 0) where it did not propose the product.
struct CandidateTable {
  std::size_t n_generators = 0;
  std::vector<std::uint64_t> offsets{0};
  std::vector<ItemIdx> item;
  std::vector<float> score;
  std::vector<std::uint16_t> rank;

  [[nodiscard]] std::size_t n_rows() const { return item.size(); }
  [[nodiscard]] std::size_t n_users() const { return offsets.size() - 1; }
};

}  // namespace vitrina
