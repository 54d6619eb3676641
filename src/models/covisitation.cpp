#include "models/covisitation.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/parallel.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"

namespace vitrina::models {
namespace {

/// One product event of a user, as the pairing needs it.
struct Step {
  ItemIdx item;
  TimeUs time;
  bool is_buy;
};

/// Weights of pairs by their first product, unsummed: the row's pairs in user order.
using PairRows = Csr<ScoredItem>;

/// The last `max_events` product events before the cut, oldest first. Deletes and clears are no
/// interest; basket pages repeat what the basket said.
void last_steps(const FitContext& context, UserIdx user, std::size_t max_events,
                std::vector<Step>& steps) {
  steps.clear();
  const auto events = context.shop.events.before(user, context.as_of);
  for (std::size_t e = events.size(); e-- > 0 && steps.size() < max_events;) {
    const auto action = events.action[e];
    const bool is_buy = action == Action::kBasketAdd || action == Action::kOrder;
    const bool is_click = action == Action::kView || action == Action::kLike;
    if (events.item[e].valid() && (is_buy || is_click)) {
      steps.push_back({events.item[e], events.time[e], is_buy});
    }
  }
  std::reverse(steps.begin(), steps.end());
}

/// Calls `emit(from, to, weight)` for every pair of steps that the matrix joins.
template <class Emit>
void for_each_pair(const CovisitationSpec& spec, const std::vector<Step>& steps, Emit&& emit) {
  const auto window = from_days(spec.window_days);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (std::size_t j = i + 1; j < steps.size(); ++j) {
      const TimeUs distance = steps[j].time - steps[i].time;
      if (distance > window) break;
      if (steps[i].item == steps[j].item) continue;
      const float weight = decay(distance, spec.half_life_hours / 24);
      const auto fits = [&](const Step& from, const Step& to) {
        return (from.is_buy || !spec.from_buys_only) && (to.is_buy || !spec.to_buys_only);
      };
      if (fits(steps[i], steps[j])) emit(steps[i].item, steps[j].item, weight);
      if (!spec.is_directed && fits(steps[j], steps[i])) {
        emit(steps[j].item, steps[i].item, weight);
      }
    }
  }
}

/// Two passes over the log, counting then filling, so that each pair is written once to its place.
PairRows collect_pairs(const FitContext& context, const CovisitationSpec& spec,
                       std::size_t max_events) {
  PairRows pairs;
  pairs.offsets.assign(context.shop.items.size() + 1, 0);
  std::vector<Step> steps;
  const auto for_all_users = [&](auto&& emit) {
    for (std::size_t u = 0; u < context.shop.users.size(); ++u) {
      last_steps(context, UserIdx(u), max_events, steps);
      if (steps.size() > 1) for_each_pair(spec, steps, emit);
    }
  };
  for_all_users([&](ItemIdx from, ItemIdx, float) { ++pairs.offsets[from.value + 1]; });
  for (std::size_t i = 1; i < pairs.offsets.size(); ++i) pairs.offsets[i] += pairs.offsets[i - 1];
  pairs.values.resize(pairs.offsets.back());
  auto next = pairs.offsets;
  for_all_users([&](ItemIdx from, ItemIdx to, float weight) {
    pairs.values[next[from.value]++] = {to, weight};
  });
  return pairs;
}

/// Sums equal neighbours of every row in place; returns the rows' new lengths.
std::vector<std::size_t> sum_rows(PairRows& pairs, int threads) {
  std::vector<std::size_t> lengths(pairs.n_rows());
  parallel_chunks(pairs.n_rows(), 2048, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      auto* first = pairs.values.data() + pairs.offsets[r];
      auto* last = pairs.values.data() + pairs.offsets[r + 1];
      // a stable sort keeps the user order of equal neighbours, hence the order of the sum
      std::stable_sort(first, last,
                       [](const ScoredItem& a, const ScoredItem& b) { return a.id < b.id; });
      auto* out = first;
      for (auto* it = first; it != last;) {
        ScoredItem sum{it->id, 0};
        for (; it != last && it->id == sum.id; ++it) sum.score += it->score;
        *out++ = sum;
      }
      lengths[r] = static_cast<std::size_t>(out - first);
    }
  });
  return lengths;
}

NeighbourTable top_neighbours(const PairRows& pairs, const std::vector<std::size_t>& lengths,
                              const CovisitationConfig& config, int threads) {
  std::vector<float> total(pairs.n_rows(), 0);
  for (std::size_t r = 0; r < pairs.n_rows(); ++r) {
    for (const auto& entry : pairs.row(r).first(lengths[r])) total[entry.id.value] += entry.score;
  }
  std::vector<std::vector<ScoredItem>> rows(pairs.n_rows());
  parallel_chunks(rows.size(), 2048, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const auto row = pairs.row(r).first(lengths[r]);
      rows[r].assign(row.begin(), row.end());
      for (auto& entry : rows[r]) {
        entry.score /=
            std::pow(total[entry.id.value], static_cast<float>(config.popularity_damping));
      }
      keep_top_k(rows[r], static_cast<std::size_t>(config.neighbours));
    }
  });
  return NeighbourTable(rows);
}

std::string archive_name(std::size_t matrix) {
  return "covisitation." + std::string(kCovisitationSpecs[matrix].name);
}

}  // namespace

Covisitation Covisitation::fit(const FitContext& context, const CovisitationConfig& config) {
  Covisitation model;
  for (std::size_t m = 0; m < kCovisitationCount; ++m) {
    auto pairs =
        collect_pairs(context, kCovisitationSpecs[m], static_cast<std::size_t>(config.max_events));
    const auto lengths = sum_rows(pairs, context.threads);
    model.matrices_[m] = top_neighbours(pairs, lengths, config, context.threads);
  }
  return model;
}

void Covisitation::save(ArchiveWriter& out) const {
  for (std::size_t m = 0; m < kCovisitationCount; ++m) {
    matrices_[m].save(out, archive_name(m));
  }
}

Covisitation Covisitation::load(const ArchiveReader& in, std::span<const ItemIdx> remap,
                                const Shop& shop) {
  Covisitation model;
  for (std::size_t m = 0; m < kCovisitationCount; ++m) {
    model.matrices_[m] = NeighbourTable::load(in, archive_name(m), remap, shop.items.size());
  }
  return model;
}

}  // namespace vitrina::models
