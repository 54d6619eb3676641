#include "models/own_history_pairs.hpp"

#include <algorithm>
#include <span>

#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "data/purchases.hpp"
#include "data/user_history.hpp"

namespace vitrina::models {
namespace {

/// Users whose histories a thread reads at once.
constexpr std::size_t kUsersAChunk = 4096;

/// What one chunk of users adds to a window.
struct PairsOfUsers {
  std::vector<DecaySums> sums;
  std::vector<float> gain;
  std::vector<TouchedPairs::Owner> owners;  ///< counted from the chunk's first pair
};

void append(const PairsOfUsers& part, TouchedPairs& pairs) {
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
void add_window(const FitContext& context, TimeUs cut, const Kept& kept, TouchedPairs& pairs) {
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

}  // namespace

TouchedPairs collect_touched_pairs(const FitContext& context, const PairLimits& limits) {
  const auto cuts = label_cuts(context, limits.max_windows);
  std::size_t n_events = 0;
  const auto& events = context.shop.events;
  for (std::size_t e = 0; e < events.n_events(); ++e) {
    n_events += events.item[e].valid() && events.time[e] < context.as_of ? 1 : 0;
  }
  const double expected = static_cast<double>(n_events * std::max<std::size_t>(cuts.size(), 1));
  const auto kept =
      keep_users(context, std::min(1.0, static_cast<double>(limits.max_pairs) / expected));
  TouchedPairs pairs;
  for (const auto cut : cuts) add_window(context, cut, kept, pairs);
  return pairs;
}

}  // namespace vitrina::models
