#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "data/candidate.hpp"
#include "models/dense_kernels.hpp"

namespace vitrina::models {

/// The products with the largest inner products with many users' vectors, found for blocks of
/// users at once: a matrix product of which nothing but what may be among the best is ever written
/// to memory. Exact.
///
/// Products lie by falling length of their vectors, in panels of a few. Scores of a tile of users
/// with a panel are made in registers and compared there with the worst of each user's best so
/// far; a tile of users is done when no product that is left can be long enough (Cauchy and
/// Schwarz). A score is one chain of fused additions over the factors: the same to the bit with
/// any number of threads and of other users beside.
class TopkProducts {
 public:
  /// `rows` are the vectors of `ids`, `dim` numbers each (in whole lanes).
  TopkProducts(ConstMatrixView rows, std::span<const ItemIdx> ids, std::size_t dim);

  /// The k best products of each of `n_users` vectors, best first, ties to the smaller id; fewer
  /// where there are not so many products.
  [[nodiscard]] CandidateLists find(ConstMatrixView users, std::size_t n_users, std::size_t k,
                                    int threads) const;

  [[nodiscard]] std::size_t n_products() const { return ids_.size(); }

 private:
  struct Search;

  void begin_block(ConstMatrixView users, std::size_t begin, std::size_t end, Search& search) const;
  void search_block(Search& search) const;
  void score_tile(Search& search, std::size_t tile, std::size_t panel) const;
  [[nodiscard]] bool may_be_among(const Search& search, std::size_t tile, std::size_t panel) const;

  std::size_t dim_;
  std::vector<ItemIdx> ids_;    ///< by falling length
  AlignedFloats panels_;        ///< panel by panel, of each a factor of all its products in turn
  std::vector<float> longest_;  ///< length of the first product of every panel
};

}  // namespace vitrina::models
