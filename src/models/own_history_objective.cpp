#include "models/own_history_objective.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"

namespace vitrina::models {
namespace {

/// Pairs' owners whom a thread scores at once.
constexpr std::size_t kOwnersAChunk = 2048;

std::vector<std::size_t> occurring_slots(const TouchedPairs& pairs) {
  std::vector<std::size_t> slots;
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    // the longest half-life: the last of its sums to fade to nothing
    const auto& sums = pairs.sums[slot].back();
    if (std::any_of(sums.begin(), sums.end(), [](float sum) { return sum > 0; })) {
      slots.push_back(slot);
    }
  }
  return slots;
}

}  // namespace

OwnHistoryObjective::OwnHistoryObjective(const TouchedPairs& pairs, const FitContext& context)
    : pairs_(pairs), slots_(occurring_slots(pairs)), threads_(context.threads) {
  const auto n = static_cast<double>(context.max_users);
  const auto k = static_cast<std::size_t>(context.k);
  const auto users = static_cast<double>(pairs.n_users);
  levels_ = {{{n, k}, {std::min(n, users) / 10, k}, {n, std::max<std::size_t>(1, k / 5)}}};
  for (const auto slot : slots_) find_owners(slot);
}

OwnHistoryObjective::Results OwnHistoryObjective::results(const DecayRule& rule) const {
  Results results(pairs_.owners.size());
  parallel_chunks(results.size(), kOwnersAChunk, threads_, [&](std::size_t begin, std::size_t end) {
    std::vector<float> scores;
    score_pairs(rule, pairs_.owners[begin].begin, pairs_.owners[end - 1].end, scores);
    Ranked scratch;
    for (std::size_t o = begin; o < end; ++o) {
      const auto& owner = pairs_.owners[o];
      const auto first =
          scores.begin() + static_cast<std::ptrdiff_t>(owner.begin - pairs_.owners[begin].begin);
      results[o] = result_of(
          owner, std::span(first, static_cast<std::ptrdiff_t>(owner.end - owner.begin)), scratch);
    }
  });
  return results;
}

OwnHistoryObjective::Results OwnHistoryObjective::results(const DecayRule& rule, std::size_t slot,
                                                          const Results& base) const {
  const auto& owners = owners_with_[slot];
  if (2 * owners.size() > base.size()) return results(rule);
  Results results = base;
  parallel_chunks(owners.size(), kOwnersAChunk, threads_, [&](std::size_t begin, std::size_t end) {
    std::vector<float> scores;
    Ranked scratch;
    for (std::size_t i = begin; i < end; ++i) {
      const auto& owner = pairs_.owners[owners[i]];
      score_pairs(rule, owner.begin, owner.end, scores);
      results[owners[i]] = result_of(owner, scores, scratch);
    }
  });
  return results;
}

double OwnHistoryObjective::value(const Results& results) const {
  std::vector<std::array<double, 3>> parts(pairs_.windows.size());
  parallel_chunks(parts.size(), 1, threads_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t w = begin; w < end; ++w) parts[w] = window_gain(results, pairs_.windows[w]);
  });
  double total = 0;
  for (const auto& part : parts) total += part[0] + part[1] + part[2];
  return total / (3.0 * static_cast<double>(std::max<std::uint64_t>(pairs_.n_buyers, 1)));
}

void OwnHistoryObjective::find_owners(std::size_t slot) {
  const auto& sums = pairs_.sums[slot].back();
  for (std::uint32_t o = 0; o < pairs_.owners.size(); ++o) {
    const auto& owner = pairs_.owners[o];
    const auto first = sums.begin() + static_cast<std::ptrdiff_t>(owner.begin);
    const auto last = sums.begin() + static_cast<std::ptrdiff_t>(owner.end);
    if (std::any_of(first, last, [](float sum) { return sum > 0; })) {
      owners_with_[slot].push_back(o);
    }
  }
}

void OwnHistoryObjective::score_pairs(const DecayRule& rule, std::size_t begin, std::size_t end,
                                      std::vector<float>& scores) const {
  scores.assign(end - begin, 0.0F);
  for (const auto slot : slots_) {
    const float weight = rule.weight[slot];
    const float* sums = pairs_.sums[slot][rule.half_life[slot]].data() + begin;
    for (std::size_t p = 0; p < scores.size(); ++p) scores[p] += weight * sums[p];
  }
}

OwnHistoryObjective::OwnerResult OwnHistoryObjective::result_of(const TouchedPairs::Owner& owner,
                                                                std::span<const float> scores,
                                                                Ranked& scratch) const {
  OwnerResult result;
  if (!owner.is_buyer && scores.size() <= levels_[0].k) {  // all are sent, in whatever order
    for (const float score : scores) result.sum += score > 0 ? double{score} : 0.0;
    return result;
  }
  scratch.clear();
  for (std::uint32_t p = 0; p < scores.size(); ++p) {
    if (scores[p] > 0) scratch.push_back({p, scores[p]});
  }
  keep_top_k(scratch, levels_[0].k);
  for (std::size_t r = 0; r < scratch.size(); ++r) {
    result.sum += scratch[r].score;
    const auto gain = pairs_.gain[owner.begin + scratch[r].id];
    result.gain_k += gain;
    if (r < levels_[2].k) result.gain_few += gain;
  }
  return result;
}

std::vector<OwnHistoryObjective::Place> OwnHistoryObjective::best_places(
    const Results& results, const TouchedPairs::Window& window) const {
  // every owner stands for a user at least, and most for many: a few are enough, mostly
  constexpr std::size_t kFew = 256;
  const auto most = static_cast<std::size_t>(std::ceil(levels_[0].n_users));
  for (std::size_t n = std::min(kFew, most);; n = std::min(4 * n, most)) {
    auto places = best_places(results, window, n);
    double n_users = 0;
    for (const auto& place : places) n_users += static_cast<double>(owner_weight(place));
    if (n_users >= levels_[0].n_users || n == most || places.size() < n) return places;
  }
}

std::vector<OwnHistoryObjective::Place> OwnHistoryObjective::best_places(
    const Results& results, const TouchedPairs::Window& window, std::size_t n) {
  std::vector<Place> places;
  places.reserve(std::min(2 * n, window.last_owner - window.first_owner));
  const auto keep_best = [&] {
    std::nth_element(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(n) - 1,
                     places.end());
    places.resize(n);
  };
  double bound = 0;  // of the sums that may still be among them
  for (std::size_t o = window.first_owner; o < window.last_owner; ++o) {
    if (results[o].sum < bound) continue;
    places.push_back({results[o].sum, o});
    if (places.size() < 2 * n) continue;
    keep_best();
    bound = places.back().sum;
  }
  if (places.size() > n) keep_best();
  std::sort(places.begin(), places.end());
  return places;
}

std::array<double, 3> OwnHistoryObjective::window_gain(const Results& results,
                                                       const TouchedPairs::Window& window) const {
  const auto places = best_places(results, window);
  std::array<double, 3> gain{};
  double sent = 0;
  for (const auto& place : places) {
    const auto& result = results[place.owner];
    if (sent < levels_[0].n_users) gain[0] += result.gain_k;
    if (sent < levels_[1].n_users) gain[1] += result.gain_k;
    if (sent < levels_[2].n_users) gain[2] += result.gain_few;
    sent += static_cast<double>(owner_weight(place));
  }
  return gain;
}

}  // namespace vitrina::models
