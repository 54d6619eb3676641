#include "models/covisitation_pass.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/topk.hpp"
#include "data/places.hpp"
#include "models/covisitation_adder.hpp"
#include "models/covisitation_pairs.hpp"
#include "models/fixed_point.hpp"

namespace vitrina::models {
namespace {

/// Pairs of 12 bytes that are held at once.
constexpr std::size_t kMaxPairs = std::size_t{1} << 24U;

/// Throws where the sums of a block's products might not hold all pairs.
void check_block(const DealtPairs& pairs, std::size_t block) {
  fixed_point::check_addends(pairs.n_pairs(block), "pairs of a block of products");
}

float weight_of(std::int64_t sum) {
  return static_cast<float>(fixed_point::to_weight(static_cast<std::uint64_t>(sum)));
}

/// Calls `body(block, worker)` for the blocks of a round.
template <class Body>
void parallel_blocks(const DealtPairs& dealt, int threads, Body&& body) {
  const std::size_t first = dealt.first_block();
  parallel_chunks_with_worker(
      dealt.end_block() - first, 1, threads,
      [&](std::size_t b, std::size_t /*end*/, std::size_t worker) { body(first + b, worker); });
}

/// What a neighbour's weight is divided by: its total over all rows to the power of the damping.
/// Row-major, products x width of the rules; none without damping.
template <std::size_t Lanes>
std::vector<float> divisors(PairDealer& dealer, const PairRules& rules, std::size_t n_items,
                            float damping, int threads) {
  if (damping == 0) return {};
  std::vector<PairAdder<Lanes>> adders(static_cast<std::size_t>(std::max(threads, 1)),
                                       PairAdder<Lanes>(rules));
  const std::size_t width = adders.front().width();
  std::vector<std::int64_t> totals(n_items * width, 0);
  for (std::size_t round = 0; round < dealer.n_rounds(); ++round) {
    const auto& dealt = dealer.deal(round);
    parallel_blocks(dealt, threads, [&](std::size_t block, std::size_t worker) {
      check_block(dealt, block);
      auto& adder = adders[worker];
      std::int64_t* sums = totals.data() + block * DealtPairs::kRowsABlock * width;
      dealt.for_each_piece(block, [&](std::span<const RowPair> pairs) {
        adder.take(pairs);
        for (std::size_t p = 0; p < pairs.size(); ++p) {
          adder.add(p, rules.inflow_factors(pairs[p].pair_class), sums + pairs[p].row * width);
        }
      });
    });
  }
  std::vector<float> divisors(totals.size(), 1);
  parallel_chunks(totals.size(), 65536, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      if (totals[t] > 0) divisors[t] = std::pow(weight_of(totals[t]), damping);
    }
  });
  return divisors;
}

/// Sums the rows of a block of products in every matrix. Neighbours get consecutive places as they
/// are met, so that the sums of a row stay together, found by a hash table of the row's size.
template <std::size_t Lanes>
class BlockSums {
 public:
  explicit BlockSums(const PairRules& rules)
      : rules_(rules), adder_(rules), n_neighbours_(rules.n_matrices()) {}

  /// Takes the pairs of a block, sorted by row.
  void take(const DealtPairs& dealt, std::size_t block) {
    check_block(dealt, block);
    offsets_.assign(DealtPairs::kRowsABlock + 1, 0);
    dealt.for_each_piece(block, [&](std::span<const RowPair> pairs) {
      for (const auto& pair : pairs) ++offsets_[pair.row + 1U];
    });
    for (std::size_t r = 0; r + 1 < offsets_.size(); ++r) offsets_[r + 1] += offsets_[r];
    grow_to(pairs_, offsets_.back());
    auto next = offsets_;
    dealt.for_each_piece(block, [&](std::span<const RowPair> pairs) {
      for (const auto& pair : pairs) pairs_[next[pair.row]++] = pair;
    });
    adder_.take(std::span(pairs_).first(offsets_.back()));
  }

  /// Sums row `row` of the block; damped if there are divisors.
  void sum(std::size_t row, std::span<const float> divisors) {
    const std::size_t n = offsets_[row + 1] - offsets_[row];
    n_met_ = 0;
    places_.reset(n);
    grow_to(met_, n);
    grow_to(sums_, n * adder_.width());
    add_pairs(offsets_[row], offsets_[row + 1]);
    rank(divisors);
  }

  /// The best of the row in a matrix, as rank keys in rank order.
  std::span<const std::uint64_t> best(std::size_t matrix, std::size_t k) {
    return smallest({keys_.data() + matrix * (n_met_ + 1), n_neighbours_[matrix]}, k);
  }

 private:
  void add_pairs(std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      const auto& pair = pairs_[p];
      const std::size_t place = places_.add(pair.to);
      std::int64_t* sums = sums_.data() + place * adder_.width();
      if (place == n_met_) {
        met_[n_met_++] = pair.to;
        std::fill_n(sums, adder_.width(), 0);
      }
      adder_.add(p, rules_.factors(pair.pair_class), sums);
    }
  }

  /// Lists the neighbours in every matrix where they have any weight, by what is left of it.
  void rank(std::span<const float> divisors) {
    std::fill(n_neighbours_.begin(), n_neighbours_.end(), 0);
    grow_to(keys_, n_neighbours_.size() * (n_met_ + 1));
    constexpr std::size_t kAhead = 8;  // products lie far apart: the next ones are on their way
    for (std::size_t p = 0; p < n_met_; ++p) {
      if (!divisors.empty() && p + kAhead < n_met_)
        __builtin_prefetch(&divisors[met_[p + kAhead].value * adder_.width()]);
      const float* divisor =
          divisors.empty() ? nullptr : divisors.data() + met_[p].value * adder_.width();
      const std::int64_t* sums = sums_.data() + p * adder_.width();
      for (std::size_t m = 0; m < n_neighbours_.size(); ++m) {
        // who has weight nobody could foretell: each is written, and kept or written over
        const float weight = weight_of(sums[m]) / (divisor == nullptr ? 1.0F : divisor[m]);
        keys_[m * (n_met_ + 1) + n_neighbours_[m]] = positive_rank_key(met_[p].value, weight);
        n_neighbours_[m] += sums[m] > 0 ? 1 : 0;
      }
    }
  }

  const PairRules& rules_;
  PairAdder<Lanes> adder_;
  std::vector<std::uint32_t> offsets_;  ///< of the rows in pairs_
  std::vector<RowPair> pairs_;
  ItemPlaces places_{0};
  std::vector<ItemIdx> met_;  ///< by place, n_met_ of them
  std::size_t n_met_ = 0;
  std::vector<std::int64_t> sums_;   ///< places x width
  std::vector<std::uint64_t> keys_;  ///< matrices x places and one
  std::vector<std::uint32_t> n_neighbours_;
};

/// Makes the rows of blocks, by matrix and block.
template <std::size_t Lanes>
class RowMaker {
 public:
  RowMaker(const PairRules& rules, std::size_t n_items, std::size_t n_kept,
           std::span<const float> divisors)
      : n_items_(n_items),
        n_kept_(n_kept),
        divisors_(divisors),
        sums_(rules),
        rows_(rules.n_matrices()) {}

  void make(const DealtPairs& dealt, std::size_t block,
            std::vector<std::vector<Csr<ScoredItem>>>& pieces) {
    for (auto& of_matrix : rows_) {
      of_matrix.offsets.resize(1);
      of_matrix.values.clear();
    }
    sums_.take(dealt, block);
    const std::size_t begin = block * DealtPairs::kRowsABlock;
    const std::size_t end = std::min(begin + DealtPairs::kRowsABlock, n_items_);
    for (std::size_t i = begin; i < end; ++i) {
      sums_.sum(i - begin, divisors_);
      for (std::size_t m = 0; m < rows_.size(); ++m) {
        for (const auto key : sums_.best(m, n_kept_)) {
          const auto entry = ranked_entry(key);
          rows_[m].values.push_back({ItemIdx(entry.id), entry.score});
        }
        rows_[m].offsets.push_back(rows_[m].values.size());
      }
    }
    for (std::size_t m = 0; m < rows_.size(); ++m) pieces[m][block] = rows_[m];
  }

 private:
  std::size_t n_items_;
  std::size_t n_kept_;
  std::span<const float> divisors_;
  BlockSums<Lanes> sums_;
  std::vector<Csr<ScoredItem>> rows_;  ///< of a block, by matrix; memory that is used again
};

template <std::size_t Lanes>
std::vector<NeighbourTable> fit_lanes(PairDealer& dealer, const PairRules& rules,
                                      const FitContext& context, const CovisitationConfig& config) {
  const std::size_t n_items = context.shop.items.size();
  const std::size_t n_matrices = rules.n_matrices();
  const auto divisor = divisors<Lanes>(
      dealer, rules, n_items, static_cast<float>(config.popularity_damping), context.threads);
  // a row of its own for every product would cost more than its sums
  std::vector<std::vector<Csr<ScoredItem>>> pieces(n_matrices,
                                                   std::vector<Csr<ScoredItem>>(dealer.n_blocks()));
  std::vector<RowMaker<Lanes>> workers(
      static_cast<std::size_t>(std::max(context.threads, 1)),
      RowMaker<Lanes>(rules, n_items, static_cast<std::size_t>(config.neighbours), divisor));
  // the last round of the divisors is still at hand
  for (std::size_t round = dealer.n_rounds(); round-- > 0;) {
    const auto& dealt = dealer.deal(round);
    parallel_blocks(dealt, context.threads, [&](std::size_t block, std::size_t worker) {
      workers[worker].make(dealt, block, pieces);
    });
  }
  std::vector<NeighbourTable> tables(n_matrices);
  parallel_chunks(n_matrices, 1, context.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) {
      tables[m] = NeighbourTable::joined(pieces[m]);
      pieces[m] = {};
    }
  });
  return tables;
}

std::vector<NeighbourTable> fit_all(PairDealer& dealer, const PairRules& rules,
                                    const FitContext& context, const CovisitationConfig& config) {
  return rules.n_matrices() == 1 ? fit_lanes<1>(dealer, rules, context, config)
                                 : fit_lanes<PairRules::kLanes>(dealer, rules, context, config);
}

PairRules rules_of(const CovisitationConfig& config, std::span<const CovisitationSpec> specs) {
  return {specs, config.popularity_damping > 0};
}

}  // namespace

std::vector<NeighbourTable> fit_covisitation(const FitContext& context,
                                             const CovisitationConfig& config,
                                             std::span<const CovisitationSpec> specs) {
  const auto rules = rules_of(config, specs);
  PairDealer dealer(context, rules, static_cast<std::size_t>(config.max_events), kMaxPairs);
  return fit_all(dealer, rules, context, config);
}

DealtPairs map_covisitation(const FitContext& part, const CovisitationConfig& config,
                            std::span<const CovisitationSpec> specs) {
  return {part, rules_of(config, specs), static_cast<std::size_t>(config.max_events), 0,
          DealtPairs::count_blocks(part)};
}

std::vector<NeighbourTable> finish_covisitation(const FitContext& any,
                                                const CovisitationConfig& config,
                                                std::span<const CovisitationSpec> specs,
                                                DealtPairs&& all) {
  PairDealer dealer(std::move(all));
  return fit_all(dealer, rules_of(config, specs), any, config);
}

namespace {

std::string archive_name(const CovisitationSpec& spec) {
  return "covisitation." + std::string(spec.name);
}

}  // namespace

void save_covisitation(std::span<const NeighbourTable> tables,
                       std::span<const CovisitationSpec> specs, ArchiveWriter& out) {
  for (std::size_t m = 0; m < specs.size(); ++m) tables[m].save(out, archive_name(specs[m]));
}

std::vector<NeighbourTable> load_covisitation(const ArchiveReader& in,
                                              std::span<const CovisitationSpec> specs,
                                              const ProductSpace& products) {
  std::vector<NeighbourTable> tables;
  for (const auto& spec : specs) {
    tables.push_back(NeighbourTable::load(in, archive_name(spec), products.items.size()));
  }
  return tables;
}

}  // namespace vitrina::models
