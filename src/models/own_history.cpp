#include "models/own_history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "core/topk.hpp"
#include "data/purchases.hpp"

namespace vitrina::models {
namespace {

/// Users whose histories a thread reads at once, and pairs' owners whom it scores at once.
constexpr std::size_t kUsersAChunk = 4096;
constexpr std::size_t kOwnersAChunk = 2048;

/// The touched pairs of all windows, by window and user, with what they were worth.
struct Pairs {
  struct Owner {
    std::size_t begin;
    std::size_t end;
    float weight;  ///< how many users it stands for
    bool is_buyer;
  };
  struct Window {
    std::size_t first_owner;
    std::size_t last_owner;
  };
  /// [action slot][half-life], by pair: a rule reads one column a slot from end to end.
  std::array<std::array<std::vector<float>, kHalfLifeCount>, kProductActionCount> sums;
  std::vector<float> gain;  ///< 1 / |bought| where the pair was bought, else 0
  std::vector<Owner> owners;
  std::vector<Window> windows;
  std::uint64_t n_buyers = 0;  ///< all buyers, also those with no history

  [[nodiscard]] std::size_t size() const { return gain.size(); }
};

/// What one chunk of users adds to a window.
struct PairsOfUsers {
  std::vector<DecaySums> sums;
  std::vector<float> gain;
  std::vector<Pairs::Owner> owners;  ///< counted from the chunk's first pair
};

void append(const PairsOfUsers& part, Pairs& pairs) {
  const std::size_t first = pairs.size();
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
      auto& column = pairs.sums[slot][h];
      for (const auto& sums : part.sums) column.push_back(sums[slot][h]);
    }
  }
  pairs.gain.insert(pairs.gain.end(), part.gain.begin(), part.gain.end());
  for (const auto& owner : part.owners) {
    pairs.owners.push_back({first + owner.begin, first + owner.end, owner.weight, owner.is_buyer});
  }
}

/// Which users are kept also where they bought nothing, and the share of all that they are.
struct Kept {
  std::vector<char> is_kept;
  double share;
};

Kept keep_users(const FitContext& context, double share) {
  const auto& users = context.shop.users;
  Kept kept{std::vector<char>(users.size()), share};
  parallel_chunks(
      users.size(), kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t u = begin; u < end; ++u) {
          kept.is_kept[u] = unit_interval(mix64(hash_text(users.text(u)))) < share ? 1 : 0;
        }
      });
  return kept;
}

/// Adds one user's pairs; `history` is scratch memory.
void add_user(const FitContext& context, UserIdx user, std::span<const ItemIdx> bought, TimeUs cut,
              double keep, TouchSums& history, PairsOfUsers& part) {
  EventColumns merged;
  read_touch_sums(events_before(context.shop.events, user, cut, merged), cut, history);
  if (history.item.empty()) return;
  const std::size_t begin = part.sums.size();
  part.sums.insert(part.sums.end(), history.sums.begin(), history.sums.end());
  for (const auto item : history.item) {
    const bool hit = std::binary_search(bought.begin(), bought.end(), item);
    part.gain.push_back(hit ? 1.0F / static_cast<float>(bought.size()) : 0.0F);
  }
  const bool is_buyer = !bought.empty();
  part.owners.push_back(
      {begin, part.sums.size(), is_buyer ? 1.0F : static_cast<float>(1.0 / keep), is_buyer});
}

/// Adds one window's pairs: of buyers and of those kept.
void add_window(const FitContext& context, TimeUs cut, const Kept& kept, Pairs& pairs) {
  const auto& shop = context.shop;
  const auto bought = purchases_between(shop.events, cut, cut + context.label_length);
  pairs.n_buyers += bought.n_buyers();
  std::vector<PairsOfUsers> parts((shop.users.size() + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(
      shop.users.size(), kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
        auto& part = parts[begin / kUsersAChunk];
        TouchSums history;
        auto buyer = std::lower_bound(bought.buyers.begin(), bought.buyers.end(), UserIdx(begin));
        for (std::size_t u = begin; u < end; ++u) {
          std::span<const ItemIdx> items;
          if (buyer != bought.buyers.end() && *buyer == UserIdx(u)) {
            items = bought.items.row(static_cast<std::size_t>(buyer++ - bought.buyers.begin()));
          } else if (kept.is_kept[u] == 0) {
            continue;
          }
          add_user(context, UserIdx(u), items, cut, kept.share, history, part);
        }
      });
  const std::size_t first_owner = pairs.owners.size();
  for (auto& part : parts) {
    append(part, pairs);
    part = {};
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
  const auto kept =
      keep_users(context, std::min(1.0, static_cast<double>(config.max_pairs) / expected));
  Pairs pairs;
  for (const auto cut : cuts) add_window(context, cut, kept, pairs);
  return pairs;
}

/// Users with an event before the cut: who comes later must not change what is learned.
std::size_t known_users(const FitContext& context) {
  const auto& events = context.shop.events;
  std::size_t n = 0;
  for (std::size_t u = 0; u < events.n_users(); ++u) {
    const auto first = events.offsets[u];
    n += first < events.offsets[u + 1] && events.time[first] < context.as_of ? 1 : 0;
  }
  return n;
}

/// How many users and products count as «sent» in one part of the objective.
struct Level {
  double n_users;
  std::size_t k;
};

/// The actions that occur: the others' weights cannot matter, and trying them costs time.
std::vector<std::size_t> occurring_slots(const Pairs& pairs) {
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

/// Recall of the pairs' purchases if `rule` chose, averaged over three levels: what will be sent,
/// a tenth of it (the order of customers matters) and a fifth of k (the order of products does).
class Objective {
 public:
  struct OwnerResult {
    double sum = 0;       ///< of the best k scores: orders the users
    double gain_k = 0;    ///< bought share among the best k
    double gain_few = 0;  ///< among the best k / 5
  };
  using Results = std::vector<OwnerResult>;

  Objective(const Pairs& pairs, const FitContext& context)
      : pairs_(pairs), slots_(occurring_slots(pairs)), threads_(context.threads) {
    const auto n = static_cast<double>(context.max_users);
    const auto k = static_cast<std::size_t>(context.k);
    const auto users = static_cast<double>(known_users(context));
    levels_ = {{{n, k}, {std::min(n, users) / 10, k}, {n, std::max<std::size_t>(1, k / 5)}}};
    for (const auto slot : slots_) find_owners(slot);
  }

  [[nodiscard]] const std::vector<std::size_t>& slots() const { return slots_; }

  /// What every owner would be sent by `rule`.
  [[nodiscard]] Results results(const DecayRule& rule) const {
    Results results(pairs_.owners.size());
    parallel_chunks(
        results.size(), kOwnersAChunk, threads_, [&](std::size_t begin, std::size_t end) {
          std::vector<float> scores;
          score_pairs(rule, pairs_.owners[begin].begin, pairs_.owners[end - 1].end, scores);
          Ranked scratch;
          for (std::size_t o = begin; o < end; ++o) {
            const auto& owner = pairs_.owners[o];
            const auto first = scores.begin() + static_cast<std::ptrdiff_t>(
                                                    owner.begin - pairs_.owners[begin].begin);
            results[o] = result_of(
                owner, std::span(first, static_cast<std::ptrdiff_t>(owner.end - owner.begin)),
                scratch);
          }
        });
    return results;
  }

  /// The same from those of a rule that differs in `slot` alone: only owners with such actions can
  /// have another.
  [[nodiscard]] Results results(const DecayRule& rule, std::size_t slot,
                                const Results& base) const {
    const auto& owners = owners_with_[slot];
    if (2 * owners.size() > base.size()) return results(rule);
    Results results = base;
    parallel_chunks(owners.size(), kOwnersAChunk, threads_,
                    [&](std::size_t begin, std::size_t end) {
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

  [[nodiscard]] double value(const Results& results) const {
    std::vector<std::array<double, 3>> parts(pairs_.windows.size());
    parallel_chunks(parts.size(), 1, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t w = begin; w < end; ++w) parts[w] = window_gain(results, pairs_.windows[w]);
    });
    double total = 0;
    for (const auto& part : parts) total += part[0] + part[1] + part[2];
    return total / (3.0 * static_cast<double>(std::max<std::uint64_t>(pairs_.n_buyers, 1)));
  }

 private:
  using Ranked = std::vector<Scored<std::uint32_t>>;

  void find_owners(std::size_t slot) {
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

  /// DecayRule::score() of the pairs from `begin` to `end`, term by term in its order.
  void score_pairs(const DecayRule& rule, std::size_t begin, std::size_t end,
                   std::vector<float>& scores) const {
    scores.assign(end - begin, 0.0F);
    for (const auto slot : slots_) {
      const float weight = rule.weight[slot];
      const float* sums = pairs_.sums[slot][rule.half_life[slot]].data() + begin;
      for (std::size_t p = 0; p < scores.size(); ++p) scores[p] += weight * sums[p];
    }
  }

  [[nodiscard]] OwnerResult result_of(const Pairs::Owner& owner, std::span<const float> scores,
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

  /// An owner by the sum that orders it among the others.
  struct Place {
    double sum;
    std::size_t owner;

    friend bool operator<(const Place& a, const Place& b) {
      return a.sum != b.sum ? a.sum > b.sum : a.owner < b.owner;
    }
  };

  /// The best owners in order, as many as stand for all that are sent.
  [[nodiscard]] std::vector<Place> best_places(const Results& results,
                                               const Pairs::Window& window) const {
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

  [[nodiscard]] float owner_weight(const Place& place) const {
    return pairs_.owners[place.owner].weight;
  }

  /// The n best owners, in order.
  [[nodiscard]] static std::vector<Place> best_places(const Results& results,
                                                      const Pairs::Window& window, std::size_t n) {
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

  [[nodiscard]] std::array<double, 3> window_gain(const Results& results,
                                                  const Pairs::Window& window) const {
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

  const Pairs& pairs_;
  std::vector<std::size_t> slots_;
  std::array<std::vector<std::uint32_t>, kProductActionCount> owners_with_;
  int threads_;
  std::array<Level, 3> levels_;
};

/// Smallest relative gain for which the rule moves: below it lies the noise of a few buyers.
constexpr double kMinGain = 1e-3;

class Search {
 public:
  Search(const Objective& objective, const DecayRule& rule)
      : objective_(objective),
        rule_(rule),
        results_(objective.results(rule)),
        value_(objective.value(results_)) {}

  [[nodiscard]] const DecayRule& rule() const { return rule_; }

  void half_lives(std::size_t slot) {
    const DecayRule start = rule_;
    const auto base = results_;
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
      DecayRule candidate = start;
      candidate.half_life[slot] = h;
      if (h != start.half_life[slot]) consider(candidate, slot, base);
    }
  }

  void weights(std::size_t slot) {
    const DecayRule start = rule_;
    const auto base = results_;
    const float now = start.weight[slot] == 0 ? 1.0F : start.weight[slot];
    for (const float factor : {0.0F, 0.25F, 0.5F, 2.0F, 4.0F, -0.5F}) {
      DecayRule candidate = start;
      candidate.weight[slot] = now * factor;
      consider(candidate, slot, base);
    }
  }

 private:
  void consider(const DecayRule& candidate, std::size_t slot, const Objective::Results& base) {
    auto results = objective_.results(candidate, slot, base);
    const double found = objective_.value(results);
    if (found > value_ * (1 + kMinGain)) {
      value_ = found;
      rule_ = candidate;
      results_ = std::move(results);
    }
  }

  const Objective& objective_;
  DecayRule rule_;
  Objective::Results results_;
  double value_;
};

}  // namespace

OwnHistory OwnHistory::fit(const FitContext& context, const OwnHistoryConfig& config) {
  OwnHistory model;
  const Pairs pairs = collect(context, config);
  if (pairs.n_buyers < static_cast<std::uint64_t>(config.min_buyers)) return model;
  const Objective objective(pairs, context);
  Search search(objective, model.rule_);
  for (int pass = 0; pass < config.passes; ++pass) {
    for (const auto slot : objective.slots()) {
      search.half_lives(slot);
      search.weights(slot);
    }
  }
  model.rule_ = search.rule();
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

double OwnHistory::strength(const std::vector<ScoredItem>& scores, std::size_t k,
                            std::vector<ScoredItem>& scratch) {
  scratch.clear();
  for (const auto& entry : scores) {
    if (entry.score > 0) scratch.push_back(entry);
  }
  keep_top_k(scratch, k);
  double sum = 0;
  for (const auto& entry : scratch) sum += double{entry.score};
  return sum;
}

void OwnHistory::save(ArchiveWriter& out) const {
  out.put("own_history.weight", std::span<const float>(rule_.weight));
  std::vector<std::uint32_t> half_life(rule_.half_life.begin(), rule_.half_life.end());
  out.put("own_history.half_life", half_life);
  out.put_value("own_history.n_buyers", n_buyers_);
}

OwnHistory OwnHistory::load(const ArchiveReader& in, const ProductSpace& /*products*/) {
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
