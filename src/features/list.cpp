#include "features/list.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/topk.hpp"
#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

/// Ranks count from 0, the best; equal values share the better rank.
struct ListRow {
  float own_history_rank;
  float recency_rank;
  float events_rank;
  float popularity_rank;
  float own_history;
  float own_total;
};

constexpr auto kColumns = column_table(
    column("own_history_rank", "rank by the own-history rule among the user's candidates",
           [](const ListRow& row) { return row.own_history_rank; }),
    column("recency_rank", "rank by time of the last touch",
           [](const ListRow& row) { return row.recency_rank; }),
    column("events_rank", "rank by number of events on the product",
           [](const ListRow& row) { return row.events_rank; }),
    column("popularity_rank", "rank by popularity",
           [](const ListRow& row) { return row.popularity_rank; }),
    column("own_history", "score of the own-history rule",
           [](const ListRow& row) { return row.own_history; }),
    column("own_history_share", "share of the user's positive own-history scores",
           [](const ListRow& row) {
             return row.own_total > 0 ? row.own_history / row.own_total : 0.0F;
           }),
    column("own_history_total", "the user's positive own-history scores together",
           [](const ListRow& row) { return row.own_total; }));

class ListGroup final : public FeatureGroup {
 public:
  explicit ListGroup(const FeatureContext& context) : own_history_(*context.models.own_history) {
    const auto& popularity = *context.models.popularity;
    popularity_.reserve(popularity.n_items());
    for (std::size_t i = 0; i < popularity.n_items(); ++i) {
      popularity_.push_back(popularity.stats(ItemIdx(i)).score);
    }
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const override {
    const std::size_t n = rows.n_rows();
    // what the ranks are made of, higher is better; then the ranks themselves
    auto& arena = scratch.arena;
    const auto own_history = arena.take<float>(n);
    const auto recency = arena.take<float>(n);
    const auto events = arena.take<float>(n);
    const auto popularity = arena.take<float>(n);
    float own_total = 0;
    for (std::size_t r = 0; r < n; ++r) {
      const Touch* touch = rows.touch(r);
      // a product that was only searched for or visited has a touch without an event
      if (touch != nullptr && touch->n_events > 0) {
        own_history[r] = own_history_.rule().score(rows.sums(r));
        recency[r] =
            static_cast<float>(to_hours(touch->last_time - rows.history.events.time[0])) + 1;
        events[r] = static_cast<float>(touch->n_events);
        own_total += std::max(own_history[r], 0.0F);
      }
    }
    // on its own, so that many are on their way at a time
    for (std::size_t r = 0; r < n; ++r) {
      const std::size_t i = rows.item[r].value;
      popularity[r] = i < popularity_.size() ? popularity_[i] : 0;
    }
    const auto own_history_rank = arena.take<float>(n);
    std::copy(own_history.begin(), own_history.end(), own_history_rank.begin());
    const auto keys = arena.take<std::uint64_t>(n);
    for (const auto values : {own_history_rank, recency, events, popularity}) {
      to_ranks(values, keys);
    }
    for (std::size_t r = 0; r < n; ++r) {
      const ListRow row{.own_history_rank = own_history_rank[r],
                        .recency_rank = recency[r],
                        .events_rank = events[r],
                        .popularity_rank = popularity[r],
                        .own_history = own_history[r],
                        .own_total = own_total};
      kColumns.write(row, out.at(r));
    }
  }

 private:
  /// Puts the rank of each value in its place; `keys` is memory. Most candidates are untouched and
  /// have a value of 0: those are counted, not sorted.
  static void to_ranks(std::span<float> values, std::span<std::uint64_t> keys) {
    std::size_t n_sorted = 0;
    std::size_t n_above = 0;
    for (std::uint32_t r = 0; r < values.size(); ++r) {
      keys[n_sorted] = rank_key(Scored<std::uint32_t>{r, values[r]});
      n_sorted += values[r] != 0 ? 1 : 0;
      n_above += values[r] > 0 ? 1 : 0;
    }
    const std::size_t n_zeros = values.size() - n_sorted;
    std::fill(values.begin(), values.end(), static_cast<float>(n_above));
    const auto sorted = keys.first(n_sorted);
    sort_numbers(sorted);
    std::size_t rank = 0;
    for (std::size_t p = 0; p < n_sorted; ++p) {
      const bool is_new = p == 0 || sorted[p] >> 32U != sorted[p - 1] >> 32U;
      if (is_new) rank = p < n_above ? p : p + n_zeros;
      values[static_cast<std::uint32_t>(sorted[p])] = static_cast<float>(rank);
    }
  }

  const models::OwnHistory& own_history_;
  std::vector<float> popularity_;  ///< by product
};

}  // namespace

std::vector<ColumnInfo> list_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_list_group(const FeatureContext& context) {
  return std::make_unique<ListGroup>(context);
}

}  // namespace vitrina::features
