#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
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

/// The pairs of some users' last product events before the cut, of the first products in some
/// consecutive blocks, dealt to the blocks. Users are read once, in turn, and a block's pairs lie
/// together: nothing is looked up far away in memory, neither here nor by who reads a block. What
/// is made of them is sums in whole numbers, so the order of pairs is no matter.
class DealtPairs {
 public:
  static constexpr std::size_t kRowsABlock = 256;
  [[nodiscard]] static std::size_t count_blocks(const FitContext& context) {
    return (context.shop.items.size() + kRowsABlock - 1) / kRowsABlock;
  }

  DealtPairs() = default;
  /// Those of the context's shop; each user's last `max_events` are paired.
  DealtPairs(const FitContext& context, const PairRules& rules, std::size_t max_events,
             std::size_t first_block, std::size_t end_block);

  /// Adds other users' pairs of the same blocks.
  void merge(DealtPairs&& other);

  [[nodiscard]] std::size_t first_block() const { return first_block_; }
  [[nodiscard]] std::size_t end_block() const { return end_block_; }
  [[nodiscard]] std::size_t n_pairs(std::size_t block) const {
    std::size_t n = 0;
    for_each_piece(block, [&](std::span<const RowPair> pairs) { n += pairs.size(); });
    return n;
  }

  /// Calls `take` with the pairs of a block, some users' at a time.
  template <class Take>
  void for_each_piece(std::size_t block, Take&& take) const {
    const std::size_t b = block - first_block_;
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

  std::size_t first_block_ = 0;
  std::size_t end_block_ = 0;
  std::vector<Hand> hands_;
};

/// The pairs of all blocks, round by round: what would not fit in memory at once is dealt in rounds
/// of blocks.
class PairDealer {
 public:
  /// `max_pairs`: about how many may be held at once.
  PairDealer(const FitContext& context, const PairRules& rules, std::size_t max_events,
             std::size_t max_pairs);
  /// Of pairs of all blocks that are at hand: one round.
  explicit PairDealer(DealtPairs&& all)
      : n_blocks_(all.end_block()), blocks_a_round_(n_blocks_), round_(0), pairs_(std::move(all)) {}

  [[nodiscard]] std::size_t n_blocks() const { return n_blocks_; }
  [[nodiscard]] std::size_t n_rounds() const { return n_rounds_; }

  /// The pairs of a round's blocks, until the next call.
  const DealtPairs& deal(std::size_t round);

 private:
  const FitContext* context_ = nullptr;
  const PairRules* rules_ = nullptr;
  std::size_t max_events_ = 0;
  std::size_t n_blocks_;
  std::size_t n_rounds_ = 1;
  std::size_t blocks_a_round_;
  std::size_t round_;
  DealtPairs pairs_;
};

}  // namespace vitrina::models
