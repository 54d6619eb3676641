#include "models/covisitation_pairs.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "core/action.hpp"
#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "data/event_log.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kUsersAChunk = 8192;

/// The last `max_events` steps of a user, oldest first.
std::span<const Step> read_steps(const EventSpan& events, std::size_t max_events,
                                 std::vector<Step>& scratch) {
  // no processor predicts which events are steps: each is written, and kept or written over
  grow_to(scratch, events.size() + 1);
  Step* const begin = scratch.data();
  Step* end = begin;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto kind = static_cast<std::uint32_t>(kInterestActions.slot(events.action[e]));
    // a field at a time: a whole one is built aside and read back before its parts have arrived
    end->time = events.time[e];
    end->item = events.item[e];
    end->kind = kind;
    const bool is_step = (kind < kInterestActionCount) & events.item[e].valid();
    end += is_step ? 1 : 0;
  }
  const auto n = std::min(static_cast<std::size_t>(end - begin), max_events);
  return {end - n, n};
}

/// A pair with its row.
struct FoundPair {
  ItemIdx from;
  ItemIdx to;
  std::uint32_t distance_ms;
  PairClass pair_class;
};

/// The pairs of many users, in memory that is kept from one call to the next.
class FoundPairs {
 public:
  void clear() { size_ = 0; }

  void append(std::span<const Step> steps, const PairRules& rules) {
    if (steps.empty()) return;
    grow_to(pairs_, size_ + steps.size() * (steps.size() - 1) + 1);
    FoundPair* to = pairs_.data() + size_;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
      const auto& earlier = steps[i];
      for (std::size_t j = i + 1; j < steps.size(); ++j) {
        const auto& later = steps[j];
        const TimeUs distance = later.time - earlier.time;
        if (distance > rules.reach()) break;
        const auto [forward, backward] = rules.classes(earlier, later);
        const auto ms = static_cast<std::uint32_t>(distance / kUsPerMs);
        const bool is_pair = earlier.item != later.item;
        write(*to, earlier.item, later.item, ms, forward);
        to += is_pair & (forward != kNoMatrix) ? 1 : 0;
        write(*to, later.item, earlier.item, ms, backward);
        to += is_pair & (backward != kNoMatrix) ? 1 : 0;
      }
    }
    size_ = static_cast<std::size_t>(to - pairs_.data());
  }

  [[nodiscard]] std::span<const FoundPair> all() const { return {pairs_.data(), size_}; }

 private:
  static void write(FoundPair& pair, ItemIdx from, ItemIdx to, std::uint32_t distance_ms,
                    PairClass pair_class) {
    pair.from = from;
    pair.to = to;
    pair.distance_ms = distance_ms;
    pair.pair_class = pair_class;
  }

  std::vector<FoundPair> pairs_;
  std::size_t size_ = 0;
};

struct Scratch {
  std::vector<Step> steps;
  FoundPairs pairs;
};

std::size_t count_chunks(const FitContext& context) {
  return (context.shop.users.size() + kUsersAChunk - 1) / kUsersAChunk;
}

/// The pairs of a chunk of users, in `scratch.pairs`.
void read_pairs(const FitContext& context, const PairRules& rules, std::size_t max_events,
                std::size_t chunk, Scratch& scratch) {
  scratch.pairs.clear();
  const std::size_t begin = chunk * kUsersAChunk;
  const std::size_t end = std::min(begin + kUsersAChunk, context.shop.users.size());
  for (std::size_t u = begin; u < end; ++u) {
    const auto events = context.shop.events.before(UserIdx(u), context.as_of);
    scratch.pairs.append(read_steps(events, max_events, scratch.steps), rules);
  }
}

/// How many there are in all, by every 16th chunk of users.
std::size_t estimate_pairs(const FitContext& context, const PairRules& rules,
                           std::size_t max_events) {
  constexpr std::size_t kStride = 16;
  Scratch scratch;
  std::size_t n = 0;
  const std::size_t n_chunks = count_chunks(context);
  for (std::size_t chunk = 0; chunk < n_chunks; chunk += kStride) {
    read_pairs(context, rules, max_events, chunk, scratch);
    n += scratch.pairs.all().size() * std::min(kStride, n_chunks - chunk);
  }
  return n;
}

}  // namespace

DealtPairs::DealtPairs(const FitContext& context, const PairRules& rules, std::size_t max_events,
                       std::size_t first_block, std::size_t end_block)
    : first_block_(first_block), end_block_(end_block), hands_(count_chunks(context)) {
  VITRINA_CHECK(rules.reach() / kUsPerMs, <=, std::numeric_limits<std::uint32_t>::max());
  const std::size_t n = end_block - first_block;
  std::vector<Scratch> scratch(static_cast<std::size_t>(std::max(context.threads, 1)));
  parallel_chunks_with_worker(
      hands_.size(), 1, context.threads,
      [&](std::size_t chunk, std::size_t /*end*/, std::size_t worker) {
        read_pairs(context, rules, max_events, chunk, scratch[worker]);
        const auto pairs = scratch[worker].pairs.all();
        // wraps around for blocks before the first, which are then no less out of range
        const auto block_of = [&](ItemIdx item) { return item.value / kRowsABlock - first_block; };
        auto& hand = hands_[chunk];
        hand.offsets.assign(n + 1, 0);
        for (const auto& pair : pairs) {
          if (const auto b = block_of(pair.from); b < n) ++hand.offsets[b + 1];
        }
        for (std::size_t b = 0; b < n; ++b) hand.offsets[b + 1] += hand.offsets[b];
        hand.pairs = std::make_unique_for_overwrite<RowPair[]>(hand.offsets[n]);
        std::vector<std::uint32_t> next(hand.offsets.begin(), hand.offsets.end() - 1);
        for (const auto& pair : pairs) {
          const auto b = block_of(pair.from);
          if (b >= n) continue;
          auto& dealt = hand.pairs[next[b]++];
          dealt.to = pair.to;
          dealt.distance_ms = pair.distance_ms;
          dealt.row = static_cast<std::uint16_t>(pair.from.value % kRowsABlock);
          dealt.pair_class = pair.pair_class;
        }
      });
}

void DealtPairs::merge(DealtPairs&& other) {
  VITRINA_CHECK(first_block_, ==, other.first_block_);
  VITRINA_CHECK(end_block_, ==, other.end_block_);
  std::move(other.hands_.begin(), other.hands_.end(), std::back_inserter(hands_));
}

PairDealer::PairDealer(const FitContext& context, const PairRules& rules, std::size_t max_events,
                       std::size_t max_pairs)
    : context_(&context),
      rules_(&rules),
      max_events_(max_events),
      n_blocks_(DealtPairs::count_blocks(context)),
      blocks_a_round_(n_blocks_),
      round_(std::numeric_limits<std::size_t>::max()) {
  n_rounds_ = std::clamp<std::size_t>(
      (estimate_pairs(context, rules, max_events) + max_pairs - 1) / max_pairs, 1,
      std::max<std::size_t>(n_blocks_, 1));
  blocks_a_round_ = (n_blocks_ + n_rounds_ - 1) / n_rounds_;
}

const DealtPairs& PairDealer::deal(std::size_t round) {
  if (round != round_) {
    round_ = round;
    pairs_ = {};  // before the next ones are made
    pairs_ = DealtPairs(*context_, *rules_, max_events_, round * blocks_a_round_,
                        std::min(n_blocks_, (round + 1) * blocks_a_round_));
  }
  return pairs_;
}

}  // namespace vitrina::models
