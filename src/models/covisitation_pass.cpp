#include "models/covisitation_pass.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/parallel.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"
#include "data/user_history.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kUsersAChunk = 4096;
constexpr std::size_t kStepsAChunk = 65536;
constexpr std::size_t kProductsAChunk = 512;
constexpr std::size_t kKindCount = 4;

/// One product event of a user, as the pairing needs it.
struct Step {
  TimeUs time;
  ItemIdx item;
  std::uint32_t visit : 27;        ///< of the user, modulo what fits
  std::uint32_t kind : 2;          ///< position of the one bit of StepKinds
  std::uint32_t starts_visit : 1;  ///< no product is before it in its visit
  std::uint32_t is_first : 1;      ///< of its user's
  std::uint32_t is_last : 1;
};
static_assert(sizeof(Step) == 16);

constexpr std::uint32_t kVisitMask = (1U << 27U) - 1;
constexpr std::uint32_t kNoKind = kKindCount;

/// Deletes and clears are no interest; basket pages repeat what the basket said.
std::uint32_t step_kind(Action action) {
  switch (action) {
    case Action::kView:
      return 0;
    case Action::kLike:
      return 1;
    case Action::kBasketAdd:
      return 2;
    case Action::kOrder:
      return 3;
    default:
      return kNoKind;
  }
}
static_assert(kStepView == 1U << 0U && kStepLike == 1U << 1U && kStepBasket == 1U << 2U &&
              kStepOrder == 1U << 3U);

/// The last steps of every user, oldest first, and where each product occurs in them.
struct StepIndex {
  std::vector<Step> steps;
  Csr<std::uint32_t> occurrences;  ///< steps of every product, in the order of `steps`
};

/// Appends the last `max_events` steps before the cut of one user; a lone step has nothing to be
/// paired with.
void read_steps(const EventSpan& events, std::size_t max_events, std::vector<Step>& out) {
  const std::size_t first = out.size();
  std::uint32_t visit = 0;
  bool is_visit_start = true;
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (e > 0 && events.time[e] - events.time[e - 1] > kVisitGap) {
      ++visit;
      is_visit_start = true;
    }
    const auto kind = step_kind(events.action[e]);
    if (kind == kNoKind || !events.item[e].valid()) continue;
    out.push_back({events.time[e], events.item[e], visit & kVisitMask, kind & 3U,
                   is_visit_start ? 1U : 0U, 0, 0});
    is_visit_start = false;
  }
  const std::size_t n = out.size() - first;
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
  if (n > max_events) out.erase(begin, begin + static_cast<std::ptrdiff_t>(n - max_events));
  if (n == 1) out.pop_back();
  if (out.size() == first) return;
  out[first].is_first = 1;
  out.back().is_last = 1;
}

StepIndex index_steps(const FitContext& context, std::size_t max_events) {
  const std::size_t n_users = context.shop.users.size();
  std::vector<std::vector<Step>> chunks((n_users + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(n_users, kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      read_steps(context.shop.events.before(UserIdx(u), context.as_of), max_events,
                 chunks[begin / kUsersAChunk]);
    }
  });

  StepIndex index;
  auto& offsets = index.occurrences.offsets;
  offsets.assign(context.shop.items.size() + 1, 0);
  for (auto& chunk : chunks) {
    for (const auto& step : chunk) ++offsets[step.item.value + 1];
    index.steps.insert(index.steps.end(), chunk.begin(), chunk.end());
    chunk = {};
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  index.occurrences.values.resize(index.steps.size());
  auto next = offsets;
  for (std::size_t s = 0; s < index.steps.size(); ++s) {
    index.occurrences.values[next[index.steps[s].item.value]++] = static_cast<std::uint32_t>(s);
  }
  return index;
}

/// The specs in the terms of steps: which matrices join a pair, by its kinds and direction.
class PairRules {
 public:
  PairRules(std::span<const CovisitationSpec> specs, TimeUs as_of) {
    for (const auto& spec : specs) add(spec, as_of);
    decays_.resize(half_lives_.size());
  }

  [[nodiscard]] std::size_t size() const { return rules_.size(); }

  /// How far from a step of that kind others may be for any matrix to join the two.
  [[nodiscard]] TimeUs reach(std::uint32_t kind) const { return reach_[kind]; }

  /// Calls `emit(matrix, weight)` for the matrices that join `from` with `to`, which is `places`
  /// steps later, or earlier when not `IsForward`.
  template <bool IsForward, class Emit>
  void for_each_matrix(const Step& from, const Step& to, std::uint32_t places, Emit&& emit) {
    const auto& group = groups_[IsForward ? 1 : 0][from.kind][to.kind];
    const TimeUs distance = IsForward ? to.time - from.time : from.time - to.time;
    if (distance > group.reach) return;
    const TimeUs earlier = IsForward ? from.time : to.time;
    std::fill(decays_.begin(), decays_.end(), kNotYet);
    for (const auto m : group.matrices) {
      const auto& rule = rules_[m];
      if (distance > rule.window || places > rule.max_places || earlier < rule.since) continue;
      if (rule.from_visit_start && (from.starts_visit == 0 || from.visit != to.visit)) continue;
      emit(m, weight(rule, distance, places));
    }
  }

 private:
  static constexpr std::size_t kNoHalfLife = std::numeric_limits<std::size_t>::max();
  static constexpr float kNotYet = -1;

  struct Rule {
    TimeUs window;
    TimeUs since;
    std::size_t half_life;  ///< in half_lives_
    std::uint32_t max_places;
    bool is_by_places;
    bool from_visit_start;
  };
  struct Group {
    TimeUs reach = -1;
    std::vector<std::uint32_t> matrices;
  };

  void add(const CovisitationSpec& spec, TimeUs as_of) {
    Rule rule{.window = from_days(spec.window_days),
              .since = spec.last_days > 0 ? as_of - from_days(spec.last_days) : kNoTime,
              .half_life = kNoHalfLife,
              .max_places =
                  spec.max_places > 0 ? spec.max_places : std::numeric_limits<std::uint32_t>::max(),
              .is_by_places = spec.max_places > 0,
              .from_visit_start = spec.from_visit_start};
    if (spec.half_life_hours > 0) {
      const double days = spec.half_life_hours / 24;
      const auto it = std::find(half_lives_.begin(), half_lives_.end(), days);
      rule.half_life = static_cast<std::size_t>(it - half_lives_.begin());
      if (it == half_lives_.end()) half_lives_.push_back(days);
    }
    const auto matrix = static_cast<std::uint32_t>(rules_.size());
    rules_.push_back(rule);
    for (std::uint32_t from = 0; from < kKindCount; ++from) {
      for (std::uint32_t to = 0; to < kKindCount; ++to) {
        if (!has_kind(spec.from, from) || !has_kind(spec.to, to)) continue;
        for (const std::size_t direction : {0U, 1U}) {
          if (spec.is_directed && direction == 0) continue;
          auto& group = groups_[direction][from][to];
          group.matrices.push_back(matrix);
          group.reach = std::max(group.reach, rule.window);
        }
        reach_[from] = std::max(reach_[from], rule.window);
        reach_[to] = std::max(reach_[to], rule.window);
      }
    }
  }

  float weight(const Rule& rule, TimeUs distance, std::uint32_t places) {
    const float nearness = rule.is_by_places ? 1.0F / static_cast<float>(places) : 1.0F;
    if (rule.half_life == kNoHalfLife) return nearness;
    float& cached = decays_[rule.half_life];
    if (cached == kNotYet) cached = decay(distance, half_lives_[rule.half_life]);
    return nearness * cached;
  }

  std::vector<Rule> rules_;
  std::array<std::array<std::array<Group, kKindCount>, kKindCount>, 2> groups_;
  std::array<TimeUs, kKindCount> reach_{-1, -1, -1, -1};
  std::vector<double> half_lives_;
  std::vector<float> decays_;  ///< of the pair at hand, by half-life
};

/// What a neighbour's weight is divided by: its total over all rows to the power of the damping.
/// Row-major, products x matrices. Totals are summed a step first, then a product.
std::vector<float> divisors(const StepIndex& index, const PairRules& shared_rules, float damping,
                            int threads) {
  const std::size_t n_matrices = shared_rules.size();
  if (damping == 0) return std::vector<float>(index.occurrences.n_rows() * n_matrices, 1.0F);
  const auto& steps = index.steps;
  std::vector<float> step_totals(steps.size() * n_matrices, 0);
  parallel_chunks(steps.size(), kStepsAChunk, threads, [&](std::size_t begin, std::size_t end) {
    auto rules = shared_rules;
    // users that begin in the chunk; the last of them may end behind it
    std::size_t i = begin;
    while (i < end && steps[i].is_first == 0) ++i;
    for (; i < steps.size() && (i < end || steps[i].is_first == 0); ++i) {
      float* total = step_totals.data() + i * n_matrices;
      for (std::size_t j = i + 1; j < steps.size() && steps[j].is_first == 0; ++j) {
        if (steps[j].time - steps[i].time > rules.reach(steps[i].kind)) break;
        if (steps[i].item == steps[j].item) continue;
        const auto places = static_cast<std::uint32_t>(j - i);
        rules.for_each_matrix<true>(steps[i], steps[j], places, [&](std::size_t m, float weight) {
          step_totals[j * n_matrices + m] += weight;
        });
        rules.for_each_matrix<false>(steps[j], steps[i], places,
                                     [&](std::size_t m, float weight) { total[m] += weight; });
      }
    }
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
/// met, so that the sums of a row stay together; only what was met is cleared.
class RowSums {
 public:
  void resize(std::size_t n_items, std::size_t n_matrices) {
    place_.resize(n_items, kNoPlace);
    n_matrices_ = n_matrices;
    rows_.resize(n_matrices);
  }

  void add_all(const StepIndex& index, std::span<const std::uint32_t> occurrences,
               PairRules& rules) {
    // occurrences lie far apart: the next ones are on their way while one is summed
    constexpr std::size_t kAhead = 8;
    for (std::size_t o = 0; o < occurrences.size(); ++o) {
      if (o + kAhead < occurrences.size()) {
        __builtin_prefetch(&index.steps[occurrences[o + kAhead]]);
      }
      add_pairs(index, occurrences[o], rules);
    }
  }

  void add_pairs(const StepIndex& index, std::uint32_t at, PairRules& rules) {
    const auto& step = index.steps[at];
    const TimeUs reach = rules.reach(step.kind);
    for (std::uint32_t o = at; index.steps[o].is_first == 0;) {
      const auto& other = index.steps[--o];
      if (step.time - other.time > reach) break;
      if (other.item == step.item) continue;
      float* sums = nullptr;
      rules.for_each_matrix<false>(step, other, at - o, [&](std::size_t m, float weight) {
        if (sums == nullptr) sums = sums_of(other.item);
        sums[m] += weight;
      });
    }
    for (std::uint32_t o = at; index.steps[o].is_last == 0;) {
      const auto& other = index.steps[++o];
      if (other.time - step.time > reach) break;
      if (other.item == step.item) continue;
      float* sums = nullptr;
      rules.for_each_matrix<true>(step, other, o - at, [&](std::size_t m, float weight) {
        if (sums == nullptr) sums = sums_of(other.item);
        sums[m] += weight;
      });
    }
  }

  /// The damped rows, one a matrix, in no order.
  std::span<std::vector<ScoredItem>> damp(const std::vector<float>& divisors) {
    for (auto& row : rows_) row.clear();
    for (std::size_t p = 0; p < met_.size(); ++p) {
      const float* sums = sums_.data() + p * n_matrices_;
      const float* divisor = divisors.data() + met_[p].value * n_matrices_;
      for (std::size_t m = 0; m < n_matrices_; ++m) {
        if (sums[m] > 0) rows_[m].push_back({met_[p], sums[m] / divisor[m]});
      }
    }
    return rows_;
  }

  void clear() {
    for (const auto item : met_) place_[item.value] = kNoPlace;
    met_.clear();
    sums_.clear();
  }

 private:
  static constexpr std::uint32_t kNoPlace = std::numeric_limits<std::uint32_t>::max();

  /// Of every matrix; good until the next product is met.
  float* sums_of(ItemIdx item) {
    auto& place = place_[item.value];
    if (place == kNoPlace) {
      place = static_cast<std::uint32_t>(met_.size());
      met_.push_back(item);
      sums_.resize(sums_.size() + n_matrices_, 0);
    }
    return sums_.data() + place * n_matrices_;
  }

  std::size_t n_matrices_ = 0;
  std::vector<std::uint32_t> place_;  ///< by product
  std::vector<ItemIdx> met_;          ///< by place
  std::vector<float> sums_;           ///< places x matrices
  std::vector<std::vector<ScoredItem>> rows_;
};

}  // namespace

std::vector<NeighbourTable> fit_covisitation(const FitContext& context,
                                             const CovisitationConfig& config,
                                             std::span<const CovisitationSpec> specs) {
  const auto index = index_steps(context, static_cast<std::size_t>(config.max_events));
  const PairRules shared_rules(specs, context.as_of);
  const auto divisor =
      divisors(index, shared_rules, static_cast<float>(config.popularity_damping), context.threads);
  const std::size_t n_items = context.shop.items.size();
  const std::size_t n_chunks = (n_items + kProductsAChunk - 1) / kProductsAChunk;
  // [matrix][chunk of products]: a row of its own for every product would cost more than its sums
  std::vector<std::vector<Csr<ScoredItem>>> pieces(specs.size(),
                                                   std::vector<Csr<ScoredItem>>(n_chunks));
  std::vector<RowSums> scratch(static_cast<std::size_t>(std::max(context.threads, 1)));
  parallel_chunks_with_worker(
      n_items, kProductsAChunk, context.threads,
      [&](std::size_t begin, std::size_t end, std::size_t worker) {
        auto rules = shared_rules;
        auto& sums = scratch[worker];
        sums.resize(n_items, specs.size());
        for (std::size_t i = begin; i < end; ++i) {
          sums.add_all(index, index.occurrences.row(i), rules);
          const auto damped = sums.damp(divisor);
          for (std::size_t m = 0; m < specs.size(); ++m) {
            keep_top_k(damped[m], static_cast<std::size_t>(config.neighbours));
            auto& piece = pieces[m][begin / kProductsAChunk];
            piece.values.insert(piece.values.end(), damped[m].begin(), damped[m].end());
            piece.offsets.push_back(piece.values.size());
          }
          sums.clear();
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
