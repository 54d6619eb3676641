#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/covisitation_rules.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

/// Of the milliseconds in RowPair.
inline constexpr TimeUs kUsPerMs = 1000;

/// A pair in the row of its first product. Times are kept in milliseconds: at a half-life of an
/// hour that is 1e-7 of a weight.
struct RowPair {
  ItemIdx to;
  std::uint32_t distance_ms;
  std::uint16_t row;  ///< of its block
  PairClass pair_class;
};
static_assert(sizeof(RowPair) == 12);

/// The pairs of all users' last product events before the cut, dealt to blocks of products by
/// their first one. Users are read once, in turn, and a block's pairs lie together: nothing is
/// looked up far away in memory, neither here nor by who reads a block. What would not fit in
/// memory at once is dealt in rounds of blocks.
class PairDealer {
 public:
  static constexpr std::size_t kRowsABlock = 256;

  /// `max_pairs`: about how many may be held at once.
  PairDealer(const FitContext& context, const PairRules& rules, std::size_t max_events,
             std::size_t max_pairs);

  [[nodiscard]] std::size_t n_blocks() const { return n_blocks_; }
  [[nodiscard]] std::size_t n_rounds() const { return n_rounds_; }
  [[nodiscard]] std::size_t first_block(std::size_t round) const { return round * blocks_a_round_; }
  [[nodiscard]] std::size_t end_block(std::size_t round) const {
    return std::min(n_blocks_, (round + 1) * blocks_a_round_);
  }

  /// Deals the pairs of a round's blocks, unless they are the ones at hand.
  void deal(std::size_t round);

  /// Calls `take` with the pairs of a block of the round at hand, some users' at a time, in the
  /// order of the log.
  template <class Take>
  void for_each_piece(std::size_t block, Take&& take) const {
    const std::size_t b = block - first_block(round_);
    for (const auto& hand : hands_) {
      take(std::span<const RowPair>(hand.pairs.get() + hand.offsets[b],
                                    hand.offsets[b + 1] - hand.offsets[b]));
    }
  }

 private:
  /// The pairs of some users, block after block.
  struct Hand {
    std::unique_ptr<RowPair[]> pairs;
    std::vector<std::uint32_t> offsets;
  };
  struct Scratch;

  void read_pairs(std::size_t chunk, Scratch& scratch) const;
  [[nodiscard]] std::size_t estimate_pairs() const;

  const FitContext& context_;
  const PairRules& rules_;
  std::size_t max_events_;
  std::size_t n_blocks_;
  std::size_t n_rounds_ = 1;
  std::size_t blocks_a_round_;
  std::size_t round_;
  std::vector<Hand> hands_;
};

}  // namespace vitrina::models
