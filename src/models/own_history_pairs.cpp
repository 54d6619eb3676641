#include "models/own_history_pairs.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "data/purchases.hpp"
#include "data/user_history.hpp"

namespace vitrina::models {
namespace {

/// Users whose histories a thread reads at once.
constexpr std::size_t kUsersAChunk = 4096;

/// Owners whose pairs a thread puts into columns at once: they fit the second cache.
constexpr std::size_t kOwnersAChunk = 256;

std::vector<double> places_of(const UserMap& users, int threads) {
  std::vector<double> places(users.size());
  parallel_chunks(users.size(), kUsersAChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      places[u] = unit_interval(mix64(hash_text(users.text(u))));
    }
  });
  return places;
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

std::uint64_t count_product_events(const FitContext& context) {
  const auto& events = context.shop.events;
  std::uint64_t n = 0;
  for (std::size_t e = 0; e < events.n_events(); ++e) {
    n += events.item[e].valid() && events.time[e] < context.as_of ? 1 : 0;
  }
  return n;
}

/// Users with an event before the cut: who comes later must not change what is learned.
std::uint64_t count_known_users(const FitContext& context) {
  const auto& events = context.shop.events;
  std::uint64_t n = 0;
  for (std::size_t u = 0; u < events.n_users(); ++u) {
    const auto first = events.offsets[u];
    n += first < events.offsets[u + 1] && events.time[first] < context.as_of ? 1 : 0;
  }
  return n;
}

}  // namespace

/// Some users' rows of one window.
struct TouchedRows::Piece {
  struct Owner {
    std::size_t begin;
    std::size_t end;
    double place;  ///< of its id in [0, 1): kept without a purchase if below the share
    bool is_buyer;
  };
  std::vector<DecaySums> sums;
  std::vector<float> gain;
  std::vector<Owner> owners;
  Csr<char> names;  ///< of the owners

  /// Adds a user with its touched products; `bought` are ascending.
  void add(std::string_view name, double place, std::span<const ItemIdx> bought,
           const TouchSums& history) {
    const std::size_t begin = sums.size();
    sums.insert(sums.end(), history.sums.begin(), history.sums.end());
    for (const auto item : history.item) {
      const bool hit = std::binary_search(bought.begin(), bought.end(), item);
      gain.push_back(hit ? 1.0F / static_cast<float>(bought.size()) : 0.0F);
    }
    add_owner(name, {begin, sums.size(), place, !bought.empty()});
  }

  /// Drops the owners without a purchase whose place is not below `share`.
  void keep(double share) {
    const auto is_kept = [&](const Owner& owner) { return owner.is_buyer || owner.place < share; };
    if (std::all_of(owners.begin(), owners.end(), is_kept)) return;
    Piece kept;
    for (std::size_t o = 0; o < owners.size(); ++o) {
      if (!is_kept(owners[o])) continue;
      const auto [begin, end, place, is_buyer] = owners[o];
      const std::size_t first = kept.sums.size();
      kept.sums.insert(kept.sums.end(), &sums[begin], &sums[begin] + (end - begin));
      kept.gain.insert(kept.gain.end(), &gain[begin], &gain[begin] + (end - begin));
      const auto name = names.row(o);
      kept.add_owner({name.data(), name.size()}, {first, kept.sums.size(), place, is_buyer});
    }
    *this = std::move(kept);
  }

 private:
  void add_owner(std::string_view name, const Owner& owner) {
    owners.push_back(owner);
    names.values.insert(names.values.end(), name.begin(), name.end());
    names.offsets.push_back(names.values.size());
  }
};

/// An owner where it lies.
struct TouchedRows::Row {
  std::string_view name;
  const Piece* piece;
  std::size_t owner;
};

TouchedRows::TouchedRows(const FitContext& context, const PairLimits& limits)
    : max_pairs_(limits.max_pairs),
      n_events_(count_product_events(context)),
      n_users_(count_known_users(context)) {
  const auto cuts = label_cuts(context, limits.max_windows);
  windows_.resize(cuts.size());
  const auto places = places_of(context.shop.users, context.threads);
  for (std::size_t w = 0; w < cuts.size(); ++w) read_window(context, cuts[w], places, windows_[w]);
}

TouchedRows::TouchedRows(TouchedRows&&) noexcept = default;
TouchedRows& TouchedRows::operator=(TouchedRows&&) noexcept = default;
TouchedRows::~TouchedRows() = default;

void TouchedRows::read_window(const FitContext& context, TimeUs cut, std::span<const double> places,
                              std::vector<Piece>& pieces) {
  const auto& shop = context.shop;
  const auto bought = purchases_between(shop.events, cut, cut + context.label_length);
  n_buyers_ += bought.n_buyers();
  const double kept_share = share();
  pieces.resize((shop.users.size() + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(
      shop.users.size(), kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
        auto& piece = pieces[begin / kUsersAChunk];
        TouchSums history;
        EventColumns merged;
        auto buyer = std::lower_bound(bought.buyers.begin(), bought.buyers.end(), UserIdx(begin));
        for (std::size_t u = begin; u < end; ++u) {
          std::span<const ItemIdx> items;
          if (buyer != bought.buyers.end() && *buyer == UserIdx(u)) {
            items = bought.items.row(static_cast<std::size_t>(buyer++ - bought.buyers.begin()));
          } else if (places[u] >= kept_share) {
            continue;
          }
          read_touch_sums(events_before(shop.events, UserIdx(u), cut, merged), cut, history);
          if (!history.item.empty()) piece.add(shop.users.text(u), places[u], items, history);
        }
      });
}

double TouchedRows::share() const {
  const auto n_windows = std::max<std::size_t>(windows_.size(), 1);
  return std::min(1.0,
                  static_cast<double>(max_pairs_) / static_cast<double>(n_events_ * n_windows));
}

void TouchedRows::merge(TouchedRows&& other) {
  VITRINA_CHECK(windows_.size(), ==, other.windows_.size());
  n_events_ += other.n_events_;
  n_buyers_ += other.n_buyers_;
  n_users_ += other.n_users_;
  for (std::size_t w = 0; w < windows_.size(); ++w) {
    std::move(other.windows_[w].begin(), other.windows_[w].end(), std::back_inserter(windows_[w]));
    for (auto& piece : windows_[w]) piece.keep(share());
  }
}

std::vector<TouchedRows::Row> TouchedRows::sorted_rows() const {
  std::vector<Row> rows;
  for (const auto& pieces : windows_) {
    const auto first = static_cast<std::ptrdiff_t>(rows.size());
    for (const auto& piece : pieces) {
      for (std::size_t o = 0; o < piece.owners.size(); ++o) {
        const auto name = piece.names.row(o);
        rows.push_back({{name.data(), name.size()}, &piece, o});
      }
    }
    std::sort(rows.begin() + first, rows.end(),
              [](const Row& a, const Row& b) { return a.name < b.name; });
  }
  return rows;
}

TouchedPairs TouchedRows::sorted(int threads) && {
  TouchedPairs pairs;
  pairs.n_buyers = n_buyers_;
  pairs.n_users = n_users_;
  std::size_t n_owners = 0;
  for (const auto& pieces : windows_) {
    const std::size_t first = n_owners;
    for (const auto& piece : pieces) n_owners += piece.owners.size();
    pairs.windows.push_back({first, n_owners});
  }
  const auto rows = sorted_rows();
  const auto weight = static_cast<float>(1.0 / share());
  std::size_t n_pairs = 0;
  for (const auto& row : rows) {
    const auto& owner = row.piece->owners[row.owner];
    const std::size_t first = n_pairs;
    n_pairs += owner.end - owner.begin;
    pairs.owners.push_back({first, n_pairs, owner.is_buyer ? 1.0F : weight, owner.is_buyer});
  }
  pairs.gain.resize(n_pairs);
  for (auto& slot : pairs.sums) {
    for (auto& column : slot) column.resize(n_pairs);
  }
  parallel_chunks(rows.size(), kOwnersAChunk, threads, [&](std::size_t begin, std::size_t end) {
    fill_columns(std::span(rows).subspan(begin, end - begin), pairs.owners[begin].begin, pairs);
  });
  windows_ = {};
  return pairs;
}

void TouchedRows::fill_columns(std::span<const Row> rows, std::size_t first, TouchedPairs& pairs) {
  const auto for_all = [&](const auto& take) {
    std::size_t at = first;
    for (const auto& row : rows) {
      const auto& owner = row.piece->owners[row.owner];
      for (std::size_t p = owner.begin; p < owner.end; ++p) take(at++, *row.piece, p);
    }
  };
  for_all([&](std::size_t at, const Piece& from, std::size_t p) { pairs.gain[at] = from.gain[p]; });
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
      auto& column = pairs.sums[slot][h];
      for_all([&](std::size_t at, const Piece& from, std::size_t p) {
        column[at] = from.sums[p][slot][h];
      });
    }
  }
}

}  // namespace vitrina::models
