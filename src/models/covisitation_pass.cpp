#include "models/covisitation_pass.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"
#include "data/places.hpp"
#include "models/covisitation_pairs.hpp"
#include "models/vector_lanes.hpp"

namespace vitrina::models {
namespace {

/// Pairs of 12 bytes that are held at once.
constexpr std::size_t kMaxPairs = std::size_t{1} << 24U;

/// Adds what pairs are worth to the sums of all matrices, `Lanes` of them at a time; one that does
/// not join a pair adds 0.
template <std::size_t Lanes>
class PairAdder {
 public:
  explicit PairAdder(const PairRules& rules)
      : width_(rules.width()), decays_(rules.half_lives_days()) {
    for (const auto decay : rules.decay_of()) {
      const auto none = static_cast<std::int32_t>(AgeDecays::kMost);
      lane_of_.push_back(decay == 0 ? none : static_cast<std::int32_t>(decay) - 1);
    }
  }

  /// Sums of a row.
  [[nodiscard]] std::size_t width() const { return width_; }

  /// The pairs that add() is about to be called for.
  void take(std::span<const RowPair> pairs) { pairs_ = pairs; }

  /// Adds pair `p` of those taken to the sums of its row.
  void add(std::size_t p, const float* factors, float* sums) const {
    const auto decays = decays_.of(pairs_[p].distance_ms * kUsPerMs);
    for (std::size_t m = 0; m < width_; m += Lanes) {
      const auto worth = lanes::load(factors + m) * lanes::pick(decays, lane_of_.data() + m);
      lanes::store(lanes::load(sums + m) + worth, sums + m);
    }
  }

 private:
  static_assert(Lanes == kLanes && Lanes == AgeDecays::kWidth);

  std::size_t width_;
  AgeDecays decays_;
  std::vector<std::int32_t> lane_of_;  ///< by matrix: which of the decays is its
  std::span<const RowPair> pairs_;
};

/// The same for one matrix: its decays are computed for many pairs at once.
template <>
class PairAdder<1> {
 public:
  explicit PairAdder(const PairRules& rules) : half_lives_days_(rules.half_lives_days()) {}

  [[nodiscard]] static constexpr std::size_t width() { return 1; }

  void take(std::span<const RowPair> pairs) {
    grow_to(decays_, pairs.size());
    if (half_lives_days_.empty()) {
      std::fill_n(decays_.begin(), pairs.size(), 1.0F);
      return;
    }
    constexpr std::size_t kAtOnce = 512;  // fit the first cache
    std::array<TimeUs, kAtOnce> distances{};
    for (std::size_t first = 0; first < pairs.size(); first += kAtOnce) {
      const auto some = pairs.subspan(first, std::min(kAtOnce, pairs.size() - first));
      std::transform(some.begin(), some.end(), distances.begin(),
                     [](const RowPair& pair) { return pair.distance_ms * kUsPerMs; });
      decay_all(std::span(distances).first(some.size()), half_lives_days_.front(),
                std::span(decays_).subspan(first, some.size()));
    }
  }

  void add(std::size_t p, const float* factor, float* sum) const { *sum += *factor * decays_[p]; }

 private:
  std::span<const double> half_lives_days_;
  std::vector<float> decays_;
};

/// What a neighbour's weight is divided by: its total over all rows to the power of the damping.
/// Row-major, products x width of the rules; none without damping.
template <std::size_t Lanes>
std::vector<float> divisors(PairDealer& dealer, const PairRules& rules, std::size_t n_items,
                            float damping, int threads) {
  if (damping == 0) return {};
  std::vector<PairAdder<Lanes>> adders(static_cast<std::size_t>(std::max(threads, 1)),
                                       PairAdder<Lanes>(rules));
  const std::size_t width = adders.front().width();
  std::vector<float> totals(n_items * width, 0);
  for (std::size_t round = 0; round < dealer.n_rounds(); ++round) {
    dealer.deal(round);
    const std::size_t first = dealer.first_block(round);
    parallel_chunks_with_worker(
        dealer.end_block(round) - first, 1, threads,
        [&](std::size_t b, std::size_t /*end*/, std::size_t worker) {
          auto& adder = adders[worker];
          float* block = totals.data() + (first + b) * PairDealer::kRowsABlock * width;
          dealer.for_each_piece(first + b, [&](std::span<const RowPair> pairs) {
            adder.take(pairs);
            for (std::size_t p = 0; p < pairs.size(); ++p) {
              adder.add(p, rules.inflow_factors(pairs[p].pair_class), block + pairs[p].row * width);
            }
          });
        });
  }
  parallel_chunks(totals.size(), 65536, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      totals[t] = totals[t] > 0 ? std::pow(totals[t], damping) : 1;
    }
  });
  return totals;
}

/// Sums the rows of a block of products in every matrix. Neighbours get consecutive places as they
/// are met, so that the sums of a row stay together, found by a hash table of the row's size.
template <std::size_t Lanes>
class BlockSums {
 public:
  explicit BlockSums(const PairRules& rules)
      : rules_(rules), adder_(rules), n_neighbours_(rules.n_matrices()) {}

  /// Takes the pairs of a block, sorted by row; of a row in the order of the log.
  void take(const PairDealer& dealer, std::size_t block) {
    offsets_.assign(PairDealer::kRowsABlock + 1, 0);
    dealer.for_each_piece(block, [&](std::span<const RowPair> pairs) {
      for (const auto& pair : pairs) ++offsets_[pair.row + 1U];
    });
    for (std::size_t r = 0; r + 1 < offsets_.size(); ++r) offsets_[r + 1] += offsets_[r];
    grow_to(pairs_, offsets_.back());
    auto next = offsets_;
    dealer.for_each_piece(block, [&](std::span<const RowPair> pairs) {
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
    if (!divisors.empty()) damp(divisors);
    rank();
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
      float* sums = sums_.data() + place * adder_.width();
      if (place == n_met_) {
        met_[n_met_++] = pair.to;
        std::fill_n(sums, adder_.width(), 0.0F);
      }
      adder_.add(p, rules_.factors(pair.pair_class), sums);
    }
  }

  void damp(std::span<const float> divisors) {
    constexpr std::size_t kAhead = 8;  // products lie far apart: the next ones are on their way
    for (std::size_t p = 0; p < n_met_; ++p) {
      if (p + kAhead < n_met_)
        __builtin_prefetch(&divisors[met_[p + kAhead].value * adder_.width()]);
      const float* divisor = divisors.data() + met_[p].value * adder_.width();
      float* sums = sums_.data() + p * adder_.width();
      for (std::size_t m = 0; m < adder_.width(); ++m) sums[m] /= divisor[m];
    }
  }

  /// Lists the neighbours in every matrix where they have any weight.
  void rank() {
    std::fill(n_neighbours_.begin(), n_neighbours_.end(), 0);
    grow_to(keys_, n_neighbours_.size() * (n_met_ + 1));
    for (std::size_t p = 0; p < n_met_; ++p) {
      const float* sums = sums_.data() + p * adder_.width();
      if constexpr (Lanes == 1) {
        keys_[n_neighbours_[0]] = positive_rank_key(met_[p].value, *sums);
        n_neighbours_[0] += *sums > 0 ? 1 : 0;
      } else {
        for (std::size_t first = 0; first < adder_.width(); first += Lanes) {
          const auto smallest_weight = lanes::all(std::numeric_limits<float>::denorm_min());
          auto with_weight = lanes::not_below(lanes::load(sums + first), smallest_weight);
          for (; with_weight != 0; with_weight &= with_weight - 1) {
            const std::size_t m = first + static_cast<std::size_t>(std::countr_zero(with_weight));
            keys_[m * (n_met_ + 1) + n_neighbours_[m]++] =
                positive_rank_key(met_[p].value, sums[m]);
          }
        }
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
  std::vector<float> sums_;          ///< places x width
  std::vector<std::uint64_t> keys_;  ///< matrices x places and one
  std::vector<std::uint32_t> n_neighbours_;
};

template <std::size_t Lanes>
std::vector<NeighbourTable> fit_lanes(const FitContext& context, const CovisitationConfig& config,
                                      const PairRules& rules) {
  PairDealer dealer(context, rules, static_cast<std::size_t>(config.max_events), kMaxPairs);
  const std::size_t n_items = context.shop.items.size();
  const std::size_t n_matrices = rules.n_matrices();
  const auto divisor = divisors<Lanes>(
      dealer, rules, n_items, static_cast<float>(config.popularity_damping), context.threads);
  // [matrix][block of products]: a row of its own for every product would cost more than its sums
  std::vector<std::vector<Csr<ScoredItem>>> pieces(n_matrices,
                                                   std::vector<Csr<ScoredItem>>(dealer.n_blocks()));
  const auto n_kept = static_cast<std::size_t>(config.neighbours);
  struct Worker {
    BlockSums<Lanes> sums;
    std::vector<Csr<ScoredItem>> rows;  ///< of a block, by matrix; memory that is used again
  };
  std::vector<Worker> workers(
      static_cast<std::size_t>(std::max(context.threads, 1)),
      Worker{BlockSums<Lanes>(rules), std::vector<Csr<ScoredItem>>(n_matrices)});
  const auto fit_block = [&](std::size_t block, Worker& worker) {
    auto& [sums, rows] = worker;
    for (auto& of_matrix : rows) {
      of_matrix.offsets.resize(1);
      of_matrix.values.clear();
    }
    sums.take(dealer, block);
    const std::size_t begin = block * PairDealer::kRowsABlock;
    const std::size_t end = std::min(begin + PairDealer::kRowsABlock, n_items);
    for (std::size_t i = begin; i < end; ++i) {
      sums.sum(i - begin, divisor);
      for (std::size_t m = 0; m < n_matrices; ++m) {
        for (const auto key : sums.best(m, n_kept)) {
          const auto entry = ranked_entry(key);
          rows[m].values.push_back({ItemIdx(entry.id), entry.score});
        }
        rows[m].offsets.push_back(rows[m].values.size());
      }
    }
    for (std::size_t m = 0; m < n_matrices; ++m) pieces[m][block] = rows[m];
  };
  // the last round of the divisors is still at hand
  for (std::size_t round = dealer.n_rounds(); round-- > 0;) {
    dealer.deal(round);
    const std::size_t first = dealer.first_block(round);
    parallel_chunks_with_worker(dealer.end_block(round) - first, 1, context.threads,
                                [&](std::size_t b, std::size_t /*end*/, std::size_t worker) {
                                  fit_block(first + b, workers[worker]);
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

}  // namespace

std::vector<NeighbourTable> fit_covisitation(const FitContext& context,
                                             const CovisitationConfig& config,
                                             std::span<const CovisitationSpec> specs) {
  const PairRules rules(specs, context.as_of, config.popularity_damping > 0);
  return specs.size() == 1 ? fit_lanes<1>(context, config, rules)
                           : fit_lanes<PairRules::kLanes>(context, config, rules);
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
