#include "models/covisitation_pass.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/parallel.hpp"
#include "core/topk.hpp"
#include "data/places.hpp"
#include "models/covisitation_rules.hpp"
#include "models/covisitation_steps.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kProductsAChunk = 512;
constexpr std::size_t kStepsAChunk = 65536;

/// Appends the pairs whose first step is `steps[at]`, those before it first.
void append_pairs(std::span<const Step> steps, std::size_t at, const PairRules& rules,
                  std::vector<StepPair>& out) {
  const Step step = steps[at];
  const TimeUs reach = rules.reach(step.kind);
  for (std::size_t o = at; steps[o].is_first == 0;) {
    const Step& other = steps[--o];
    if (step.time - other.time > reach) break;
    if (other.item != step.item && rules.may_join<false>(step, other)) {
      out.push_back(rules.pair<false>(step, other, at - o));
    }
  }
  for (std::size_t o = at; steps[o].is_last == 0;) {
    const Step& other = steps[++o];
    if (other.time - step.time > reach) break;
    if (other.item != step.item && rules.may_join<true>(step, other)) {
      out.push_back(rules.pair<true>(step, other, o - at));
    }
  }
}

/// Calls `take(index of the second step, pair)` for all pairs of the users that begin in
/// [begin, end), the last of whom may end behind it.
template <class Take>
void for_each_pair(std::span<const Step> steps, std::size_t begin, std::size_t end,
                   const PairRules& rules, Take&& take) {
  std::size_t i = begin;
  while (i < end && steps[i].is_first == 0) ++i;
  for (; i < steps.size() && (i < end || steps[i].is_first == 0); ++i) {
    const TimeUs reach = rules.reach(steps[i].kind);
    for (std::size_t j = i + 1; j < steps.size() && steps[j].is_first == 0; ++j) {
      if (steps[j].time - steps[i].time > reach) break;
      if (steps[i].item == steps[j].item) continue;
      if (rules.may_join<true>(steps[i], steps[j])) {
        take(j, rules.pair<true>(steps[i], steps[j], j - i));
      }
      if (rules.may_join<false>(steps[j], steps[i])) {
        take(i, rules.pair<false>(steps[j], steps[i], j - i));
      }
    }
  }
}

/// What a neighbour's weight is divided by: its total over all rows to the power of the damping.
/// Row-major, products x matrices; none without damping. Totals are summed a step first, then a
/// product.
std::vector<float> divisors(const StepIndex& index, const PairRules& rules, float damping,
                            int threads) {
  if (damping == 0) return {};
  const std::size_t n_matrices = rules.size();
  const auto& steps = index.steps;
  std::vector<float> step_totals(steps.size() * n_matrices, 0);
  parallel_chunks(steps.size(), kStepsAChunk, threads, [&](std::size_t begin, std::size_t end) {
    constexpr std::size_t kPairsAtOnce = 1024;
    std::vector<StepPair> pairs;
    std::vector<std::size_t> targets;
    PairDecays decays;
    const auto add = [&] {
      rules.for_each_matrix(pairs, decays, [&](std::size_t p, std::size_t m, float weight) {
        step_totals[targets[p] * n_matrices + m] += weight;
      });
      pairs.clear();
      targets.clear();
    };
    for_each_pair(steps, begin, end, rules, [&](std::size_t target, const StepPair& pair) {
      targets.push_back(target);
      pairs.push_back(pair);
      if (pairs.size() == kPairsAtOnce) add();
    });
    add();
  });
  const std::size_t n_items = index.occurrences.n_rows();
  std::vector<float> totals(n_items * n_matrices, 0);
  parallel_chunks(n_items, kProductsAChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      float* total = totals.data() + i * n_matrices;
      for (const auto at : index.occurrences.row(i)) {
        for (std::size_t m = 0; m < n_matrices; ++m) {
          total[m] += step_totals[at * n_matrices + m];
        }
      }
      for (std::size_t m = 0; m < n_matrices; ++m) total[m] = std::pow(total[m], damping);
    }
  });
  return totals;
}

/// Sums the rows of one product in every matrix. Neighbours get consecutive places as they are
/// met, so that the sums of a row stay together, found by a hash table of the row's size: an array
/// by product would be out of the nearest cache at every pair.
class RowSums {
 public:
  explicit RowSums(std::size_t n_matrices) : n_matrices_(n_matrices), rows_(n_matrices) {}

  /// Sums the pairs of the steps `occurrences` of one product; what was before is forgotten.
  void sum(std::span<const Step> steps, std::span<const std::uint32_t> occurrences,
           const PairRules& rules) {
    pairs_.clear();
    constexpr std::size_t kAhead = 8;  // occurrences lie far apart: the next ones are on their way
    for (std::size_t o = 0; o < occurrences.size(); ++o) {
      if (o + kAhead < occurrences.size()) __builtin_prefetch(&steps[occurrences[o + kAhead]]);
      append_pairs(steps, occurrences[o], rules, pairs_);
    }
    met_.clear();
    places_.reset(pairs_.size());
    sums_.assign(pairs_.size() * n_matrices_, 0);
    rules.for_each_matrix(pairs_, decays_, [&](std::size_t p, std::size_t m, float weight) {
      sums_[place_of(pairs_[p].to()) * n_matrices_ + m] += weight;
    });
  }

  /// The rows, one a matrix, in no order; damped if there are divisors.
  std::span<std::vector<ScoredItem>> damp(std::span<const float> divisors) {
    for (auto& row : rows_) row.clear();
    constexpr std::size_t kAhead = 8;  // products lie far apart: the next ones are on their way
    for (std::size_t p = 0; p < met_.size(); ++p) {
      if (!divisors.empty() && p + kAhead < met_.size()) {
        __builtin_prefetch(&divisors[met_[p + kAhead].value * n_matrices_]);
      }
      for (std::size_t m = 0; m < n_matrices_; ++m) {
        const float sum = sums_[p * n_matrices_ + m];
        if (sum <= 0) continue;
        const float divisor = divisors.empty() ? 1.0F : divisors[met_[p].value * n_matrices_ + m];
        rows_[m].push_back({met_[p], sum / divisor});
      }
    }
    return rows_;
  }

 private:
  std::size_t place_of(ItemIdx item) {
    const auto place = places_.add(item);
    if (place == met_.size()) met_.push_back(item);
    return place;
  }

  std::vector<StepPair> pairs_;
  PairDecays decays_;
  std::size_t n_matrices_;
  ItemPlaces places_{0};
  std::vector<ItemIdx> met_;  ///< by place
  std::vector<float> sums_;   ///< places x matrices
  std::vector<std::vector<ScoredItem>> rows_;
};

}  // namespace

std::vector<NeighbourTable> fit_covisitation(const FitContext& context,
                                             const CovisitationConfig& config,
                                             std::span<const CovisitationSpec> specs) {
  const auto index = index_steps(context, static_cast<std::size_t>(config.max_events));
  const PairRules rules(specs, context.as_of);
  const auto divisor =
      divisors(index, rules, static_cast<float>(config.popularity_damping), context.threads);
  const std::size_t n_items = context.shop.items.size();
  const std::size_t n_chunks = (n_items + kProductsAChunk - 1) / kProductsAChunk;
  // [matrix][chunk of products]: a row of its own for every product would cost more than its sums
  std::vector<std::vector<Csr<ScoredItem>>> pieces(specs.size(),
                                                   std::vector<Csr<ScoredItem>>(n_chunks));
  std::vector<RowSums> scratch(static_cast<std::size_t>(std::max(context.threads, 1)),
                               RowSums(specs.size()));
  parallel_chunks_with_worker(
      n_items, kProductsAChunk, context.threads,
      [&](std::size_t begin, std::size_t end, std::size_t worker) {
        auto& sums = scratch[worker];
        for (std::size_t i = begin; i < end; ++i) {
          sums.sum(index.steps, index.occurrences.row(i), rules);
          const auto damped = sums.damp(divisor);
          for (std::size_t m = 0; m < specs.size(); ++m) {
            keep_top_k(damped[m], static_cast<std::size_t>(config.neighbours));
            auto& piece = pieces[m][begin / kProductsAChunk];
            piece.values.insert(piece.values.end(), damped[m].begin(), damped[m].end());
            piece.offsets.push_back(piece.values.size());
          }
        }
      });
  std::vector<NeighbourTable> tables(specs.size());
  parallel_chunks(specs.size(), 1, context.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) {
      tables[m] = NeighbourTable::joined(pieces[m]);
      pieces[m] = {};
    }
  });
  return tables;
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
