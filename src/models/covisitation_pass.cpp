#include "models/covisitation_pass.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"
#include "data/places.hpp"
#include "models/covisitation_pairs.hpp"

namespace vitrina::models {
namespace {

/// Pairs of 12 bytes that are held at once.
constexpr std::size_t kMaxPairs = std::size_t{1} << 24U;

/// 2^(-distance / half-life) of many pairs.
class PairDecays {
 public:
  explicit PairDecays(std::span<const double> half_lives_days)
      : half_lives_days_(half_lives_days) {}

  void fill(std::span<const RowPair> pairs) {
    const auto n = pairs.size() * stride();
    if (by_pair_.size() < n) by_pair_.resize(n, 1);  // the first of a pair's stays what it is
    for (std::size_t first = 0; first < pairs.size(); first += kAtOnce) {
      fill_some(pairs.subspan(first, std::min(kAtOnce, pairs.size() - first)),
                by_pair_.data() + first * stride());
    }
  }

  /// 1, then the decay by each half-life.
  [[nodiscard]] const float* of(std::size_t pair) const {
    return by_pair_.data() + pair * stride();
  }

 private:
  static constexpr std::size_t kAtOnce = 512;  // fit the first cache

  [[nodiscard]] std::size_t stride() const { return half_lives_days_.size() + 1; }

  void fill_some(std::span<const RowPair> pairs, float* out) {
    std::array<TimeUs, kAtOnce> distances;  // NOLINT(*-member-init): written before it is read
    std::array<float, kAtOnce> decays;      // NOLINT(*-member-init)
    std::transform(pairs.begin(), pairs.end(), distances.begin(),
                   [](const RowPair& pair) { return TimeUs{pair.distance_ms} * 1000; });
    for (std::size_t h = 0; h < half_lives_days_.size(); ++h) {
      decay_all(std::span(distances).first(pairs.size()), half_lives_days_[h],
                std::span(decays).first(pairs.size()));
      for (std::size_t p = 0; p < pairs.size(); ++p) out[p * stride() + h + 1] = decays[p];
    }
  }

  std::span<const double> half_lives_days_;
  std::vector<float> by_pair_;
};

/// Adds what pairs are worth to the sums of all matrices, `Lanes` of them at a time; one that does
/// not join a pair adds 0.
template <std::size_t Lanes>
class PairAdder {
 public:
  explicit PairAdder(const PairRules& rules)
      : width_(rules.width()),
        n_half_lives_(rules.half_lives_days().size()),
        only_decay_(rules.decay_of().front()),
        spread_(width_ * (n_half_lives_ + 1)) {
    for (std::size_t m = 0; m < width_; ++m) spread_[rules.decay_of()[m] * width_ + m] = 1;
  }

  /// Sums of a row.
  [[nodiscard]] std::size_t width() const {
    if constexpr (Lanes == 1) return 1;
    return width_;
  }

  /// `decays`: 1, then those by each half-life.
  void add(const float* factors, const float* decays, float* sums) const {
    if constexpr (Lanes == 1) {
      *sums += *factors * decays[only_decay_];
      return;
    }
    for (std::size_t m = 0; m < width_; m += Lanes) {
      Floats decay{};
      for (std::size_t h = 0; h <= n_half_lives_; ++h) {
        decay += load(spread_.data() + h * width_ + m) * decays[h];
      }
      const Floats sum = load(sums + m) + load(factors + m) * decay;
      std::memcpy(sums + m, &sum, sizeof(sum));
    }
  }

 private:
  using Floats __attribute__((vector_size(Lanes * sizeof(float)))) = float;
  static_assert(sizeof(Floats) == Lanes * sizeof(float));

  static Floats load(const float* values) {
    Floats floats;
    std::memcpy(&floats, values, sizeof(floats));
    return floats;
  }

  std::size_t width_;
  std::size_t n_half_lives_;
  std::size_t only_decay_;
  std::vector<float> spread_;  ///< half-lives and none x width: 1 for the one of the matrix
};

/// What a neighbour's weight is divided by: its total over all rows to the power of the damping.
/// Row-major, products x width of the rules; none without damping.
template <std::size_t Lanes>
std::vector<float> divisors(PairDealer& dealer, const PairRules& rules, std::size_t n_items,
                            float damping, int threads) {
  if (damping == 0) return {};
  const PairAdder<Lanes> adder(rules);
  const std::size_t width = adder.width();
  std::vector<float> totals(n_items * width, 0);
  std::vector<PairDecays> scratch(static_cast<std::size_t>(std::max(threads, 1)),
                                  PairDecays(rules.half_lives_days()));
  for (std::size_t round = 0; round < dealer.n_rounds(); ++round) {
    dealer.deal(round);
    const std::size_t first = dealer.first_block(round);
    parallel_chunks_with_worker(
        dealer.end_block(round) - first, 1, threads,
        [&](std::size_t b, std::size_t /*end*/, std::size_t worker) {
          auto& decays = scratch[worker];
          float* block = totals.data() + (first + b) * PairDealer::kRowsABlock * width;
          dealer.for_each_piece(first + b, [&](std::span<const RowPair> pairs) {
            decays.fill(pairs);
            for (std::size_t p = 0; p < pairs.size(); ++p) {
              adder.add(rules.inflow_factors(pairs[p].pair_class), decays.of(p),
                        block + pairs[p].row * width);
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
      : rules_(rules),
        adder_(rules),
        decays_(rules.half_lives_days()),
        n_neighbours_(rules.n_matrices()) {}

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
    decays_.fill(std::span(pairs_).first(offsets_.back()));
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
      adder_.add(rules_.factors(pair.pair_class), decays_.of(p), sums);
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

  /// Lists the neighbours in every matrix. Nobody could foretell which have any weight in it: each
  /// is written, and kept or written over.
  void rank() {
    const std::size_t n_matrices = n_neighbours_.size();
    std::fill(n_neighbours_.begin(), n_neighbours_.end(), 0);
    grow_to(keys_, n_matrices * (n_met_ + 1));
    for (std::size_t p = 0; p < n_met_; ++p) {
      const float* sums = sums_.data() + p * adder_.width();
      std::uint64_t* keys = keys_.data();
      for (std::size_t m = 0; m < n_matrices; ++m, keys += n_met_ + 1) {
        keys[n_neighbours_[m]] = rank_key(ScoredItem{met_[p], sums[m]});
        n_neighbours_[m] += sums[m] > 0 ? 1 : 0;
      }
    }
  }

  const PairRules& rules_;
  PairAdder<Lanes> adder_;
  std::vector<std::uint32_t> offsets_;  ///< of the rows in pairs_
  std::vector<RowPair> pairs_;
  PairDecays decays_;
  ItemPlaces places_{0};
  std::vector<ItemIdx> met_;  ///< by place, n_met_ of them
  std::size_t n_met_ = 0;
  std::vector<float> sums_;          ///< places x width
  std::vector<std::uint64_t> keys_;  ///< matrices x places and one
  std::vector<std::size_t> n_neighbours_;
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
  std::vector<BlockSums<Lanes>> scratch(static_cast<std::size_t>(std::max(context.threads, 1)),
                                        BlockSums<Lanes>(rules));
  // the last round of the divisors is still at hand
  for (std::size_t round = dealer.n_rounds(); round-- > 0;) {
    dealer.deal(round);
    const std::size_t first = dealer.first_block(round);
    parallel_chunks_with_worker(dealer.end_block(round) - first, 1, context.threads,
                                [&](std::size_t b, std::size_t /*end*/, std::size_t worker) {
                                  auto& sums = scratch[worker];
                                  const std::size_t block = first + b;
                                  sums.take(dealer, block);
                                  const std::size_t begin = block * PairDealer::kRowsABlock;
                                  const std::size_t end =
                                      std::min(begin + PairDealer::kRowsABlock, n_items);
                                  for (std::size_t i = begin; i < end; ++i) {
                                    sums.sum(i - begin, divisor);
                                    for (std::size_t m = 0; m < n_matrices; ++m) {
                                      auto& piece = pieces[m][block];
                                      for (const auto key : sums.best(m, n_kept)) {
                                        const auto entry = ranked_entry(key);
                                        piece.values.push_back({ItemIdx(entry.id), entry.score});
                                      }
                                      piece.offsets.push_back(piece.values.size());
                                    }
                                  }
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
                                              std::span<const ItemIdx> remap, const Shop& shop) {
  std::vector<NeighbourTable> tables;
  for (const auto& spec : specs) {
    tables.push_back(NeighbourTable::load(in, archive_name(spec), remap, shop.items.size()));
  }
  return tables;
}

}  // namespace vitrina::models
