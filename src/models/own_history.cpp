#include "models/own_history.hpp"

#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "core/topk.hpp"
#include "data/purchases.hpp"

namespace vitrina::models {
namespace {

/// The touched pairs of all windows, by window and user, with what they were worth.
struct Pairs {
  struct Owner {
    std::size_t begin;
    std::size_t end;
    float weight;  ///< how many users it stands for
  };
  struct Window {
    std::size_t first_owner;
    std::size_t last_owner;
  };
  std::vector<DecaySums> sums;
  std::vector<float> gain;  ///< 1 / |bought| where the pair was bought, else 0
  std::vector<Owner> owners;
  std::vector<Window> windows;
  std::uint64_t n_buyers = 0;  ///< all buyers, also those with no history
};

/// Adds one window's pairs; users without a purchase are kept with probability `keep`.
void add_window(const FitContext& context, TimeUs cut, double keep, Pairs& pairs) {
  const auto& shop = context.shop;
  const auto bought = purchases_between(shop.events, cut, cut + context.label_length);
  pairs.n_buyers += bought.n_buyers();
  const std::size_t first_owner = pairs.owners.size();
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const UserIdx user(u);
    const auto truth = bought.of(user);
    const auto chance = unit_interval(mix64(hash_text(shop.users.external(user))));
    if (truth.empty() && chance >= keep) continue;
    const auto history = read_history(shop.events, user, cut);
    if (history.touches.empty()) continue;
    const std::size_t begin = pairs.sums.size();
    for (std::size_t t = 0; t < history.touches.size(); ++t) {
      const bool hit = std::binary_search(truth.begin(), truth.end(), history.touches[t].item);
      pairs.sums.push_back(history.sums[t]);
      pairs.gain.push_back(hit ? 1.0F / static_cast<float>(truth.size()) : 0.0F);
    }
    pairs.owners.push_back(
        {begin, pairs.sums.size(), truth.empty() ? static_cast<float>(1.0 / keep) : 1.0F});
  }
  pairs.windows.push_back({first_owner, pairs.owners.size()});
}

std::vector<TimeUs> label_cuts(const FitContext& context, int max_windows) {
  std::vector<TimeUs> cuts;
  TimeUs cut = context.as_of - context.label_length;
  // a window needs some history before it: as long as itself, a day at most
  const TimeUs earliest = context.shop.begin + std::min(context.label_length, kUsPerDay) / 2;
  for (; cut >= earliest && static_cast<int>(cuts.size()) < max_windows;
       cut -= context.label_length) {
    cuts.push_back(cut);
  }
  return cuts;
}

Pairs collect(const FitContext& context, const OwnHistoryConfig& config) {
  const auto cuts = label_cuts(context, config.max_windows);
  std::size_t n_events = 0;
  const auto& events = context.shop.events;
  for (std::size_t e = 0; e < events.n_events(); ++e) {
    n_events += events.item[e].valid() && events.time[e] < context.as_of ? 1 : 0;
  }
  const double expected = static_cast<double>(n_events * std::max<std::size_t>(cuts.size(), 1));
  const double keep = std::min(1.0, static_cast<double>(config.max_pairs) / expected);
  Pairs pairs;
  for (const auto cut : cuts) add_window(context, cut, keep, pairs);
  return pairs;
}

/// Users with an event before the cut: who comes later must not change what is learned.
std::size_t known_users(const FitContext& context) {
  std::size_t n = 0;
  for (std::size_t u = 0; u < context.shop.users.size(); ++u) {
    n += context.shop.events.before(UserIdx(u), context.as_of).empty() ? 0 : 1;
  }
  return n;
}

/// How many users and products count as «sent» in one part of the objective.
struct Level {
  double n_users;
  std::size_t k;
};

/// Recall of the pairs' purchases if `rule` chose, averaged over three levels: what will be sent,
/// a tenth of it (the order of customers matters) and a fifth of k (the order of products does).
class Objective {
 public:
  Objective(const Pairs& pairs, const FitContext& context)
      : pairs_(pairs), threads_(context.threads) {
    const auto n = static_cast<double>(context.max_users);
    const auto k = static_cast<std::size_t>(context.k);
    const auto users = static_cast<double>(known_users(context));
    levels_ = {{{n, k}, {std::min(n, users) / 10, k}, {n, std::max<std::size_t>(1, k / 5)}}};
  }

  double operator()(const DecayRule& rule) const {
    std::vector<std::array<double, 3>> parts(pairs_.windows.size());
    parallel_chunks(parts.size(), 1, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t w = begin; w < end; ++w) parts[w] = window_gain(rule, pairs_.windows[w]);
    });
    double total = 0;
    for (const auto& part : parts) total += part[0] + part[1] + part[2];
    return total / (3.0 * static_cast<double>(std::max<std::uint64_t>(pairs_.n_buyers, 1)));
  }

 private:
  struct OwnerResult {
    double sum = 0;       ///< of the best k scores: orders the users
    double gain_k = 0;    ///< bought share among the best k
    double gain_few = 0;  ///< among the best k / 5
    float weight = 1;
    std::uint32_t order = 0;
  };

  OwnerResult owner_result(const DecayRule& rule, const Pairs::Owner& owner,
                           std::vector<Scored<std::size_t>>& scratch) const {
    scratch.clear();
    for (std::size_t p = owner.begin; p < owner.end; ++p) {
      const float score = rule.score(pairs_.sums[p]);
      if (score > 0) scratch.push_back({p, score});
    }
    keep_top_k(scratch, levels_[0].k);
    OwnerResult result;
    result.weight = owner.weight;
    for (std::size_t r = 0; r < scratch.size(); ++r) {
      result.sum += scratch[r].score;
      result.gain_k += pairs_.gain[scratch[r].id];
      if (r < levels_[2].k) result.gain_few += pairs_.gain[scratch[r].id];
    }
    return result;
  }

  std::array<double, 3> window_gain(const DecayRule& rule, const Pairs::Window& window) const {
    std::vector<OwnerResult> results;
    std::vector<Scored<std::size_t>> scratch;
    for (std::size_t o = window.first_owner; o < window.last_owner; ++o) {
      results.push_back(owner_result(rule, pairs_.owners[o], scratch));
      results.back().order = static_cast<std::uint32_t>(o);
    }
    std::sort(results.begin(), results.end(), [](const OwnerResult& a, const OwnerResult& b) {
      return a.sum != b.sum ? a.sum > b.sum : a.order < b.order;
    });
    std::array<double, 3> gain{};
    double sent = 0;
    for (const auto& result : results) {
      if (sent < levels_[0].n_users) gain[0] += result.gain_k;
      if (sent < levels_[1].n_users) gain[1] += result.gain_k;
      if (sent < levels_[2].n_users) gain[2] += result.gain_few;
      sent += static_cast<double>(result.weight);
    }
    return gain;
  }

  const Pairs& pairs_;
  int threads_;
  std::array<Level, 3> levels_;
};

/// Smallest relative gain for which the rule moves: below it lies the noise of a few buyers.
constexpr double kMinGain = 1e-3;

struct Search {
  const Objective& objective;
  DecayRule rule;
  double value;

  void consider(const DecayRule& candidate) {
    const double found = objective(candidate);
    if (found > value * (1 + kMinGain)) {
      value = found;
      rule = candidate;
    }
  }

  void half_lives(std::size_t slot) {
    const DecayRule start = rule;
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
      DecayRule candidate = start;
      candidate.half_life[slot] = h;
      if (h != start.half_life[slot]) consider(candidate);
    }
  }

  void weights(std::size_t slot) {
    const DecayRule start = rule;
    const float now = start.weight[slot] == 0 ? 1.0F : start.weight[slot];
    for (const float factor : {0.0F, 0.25F, 0.5F, 2.0F, 4.0F, -0.5F}) {
      DecayRule candidate = start;
      candidate.weight[slot] = now * factor;
      consider(candidate);
    }
  }
};

/// The actions that occur: the others' weights cannot matter, and trying them costs time.
std::vector<std::size_t> occurring_slots(const Pairs& pairs) {
  std::vector<std::size_t> slots;
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    // the longest half-life: the last of its sums to fade to nothing
    const bool occurs = std::any_of(pairs.sums.begin(), pairs.sums.end(),
                                    [&](const DecaySums& sums) { return sums[slot].back() > 0; });
    if (occurs) slots.push_back(slot);
  }
  return slots;
}

}  // namespace

OwnHistory OwnHistory::fit(const FitContext& context, const OwnHistoryConfig& config) {
  OwnHistory model;
  const Pairs pairs = collect(context, config);
  if (pairs.n_buyers < static_cast<std::uint64_t>(config.min_buyers)) return model;
  const Objective objective(pairs, context);
  Search search{objective, model.rule_, objective(model.rule_)};
  const auto slots = occurring_slots(pairs);
  for (int pass = 0; pass < config.passes; ++pass) {
    for (const auto slot : slots) {
      search.half_lives(slot);
      search.weights(slot);
    }
  }
  model.rule_ = search.rule;
  model.n_buyers_ = pairs.n_buyers;
  return model;
}

std::vector<ScoredItem> OwnHistory::rank(const UserHistory& history, std::size_t limit) const {
  std::vector<ScoredItem> ranked;
  for (std::size_t t = 0; t < history.touches.size(); ++t) {
    const float score = rule_.score(history.sums[t]);
    if (score > 0) ranked.push_back({history.touches[t].item, score});
  }
  keep_top_k(ranked, limit);
  return ranked;
}

void OwnHistory::save(ArchiveWriter& out) const {
  out.put("own_history.weight", std::span<const float>(rule_.weight));
  std::vector<std::uint32_t> half_life(rule_.half_life.begin(), rule_.half_life.end());
  out.put("own_history.half_life", half_life);
  out.put_value("own_history.n_buyers", n_buyers_);
}

OwnHistory OwnHistory::load(const ArchiveReader& in, std::span<const ItemIdx> /*remap*/,
                            const Shop& /*shop*/) {
  OwnHistory model;
  const auto weight = in.get<float>("own_history.weight");
  const auto half_life = in.get<std::uint32_t>("own_history.half_life");
  if (weight.size() != kProductActionCount || half_life.size() != kProductActionCount) {
    in.fail("own_history.weight", "has another number of actions");
  }
  for (std::size_t a = 0; a < kProductActionCount; ++a) {
    if (half_life[a] >= kHalfLifeCount) in.fail("own_history.half_life", "is out of range");
    model.rule_.weight[a] = weight[a];
    model.rule_.half_life[a] = half_life[a];
  }
  model.n_buyers_ = in.get_value<std::uint64_t>("own_history.n_buyers");
  return model;
}

}  // namespace vitrina::models
