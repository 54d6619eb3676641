#include "features/pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

/// Half-lives that become columns; the rest of the grid serves the own-history rule.
constexpr std::array<std::size_t, 5> kHalfLives{0, 1, 2, 4, 6};
constexpr std::size_t kShareHalfLife = 4;  // 96 hours, a position in kHalfLivesDays

struct PairRow {
  TimeUs as_of;
  const Touch& touch;
  const DecaySums& sums;
  const DecaySums& totals;  ///< of all products that the user touched
  TimeUs last_visit_start;
};

/// Of every action: its decayed sums, how often and how long ago.
constexpr auto kTraces = each<kProductActionCount>(
    each<kHalfLives.size()>(column(
        [](std::size_t a, std::size_t h) {
          const double hours = kHalfLivesDays[kHalfLives[h]] * 24;
          const auto action = name(kProductActions[a]);
          return ColumnInfo{fmt::format("{}_decayed_{:g}h", action, hours),
                            fmt::format("sum over {} events of 2^(-age / {:g} h)", action, hours)};
        },
        [](const PairRow& row, std::size_t a, std::size_t h) {
          return row.sums[a][kHalfLives[h]];
        })),
    column(
        [](std::size_t a) {
          const auto action = name(kProductActions[a]);
          return ColumnInfo{fmt::format("{}_count", action),
                            fmt::format("{} events on the product", action)};
        },
        [](const PairRow& row, std::size_t a) { return static_cast<float>(row.touch.count[a]); }),
    column(
        [](std::size_t a) {
          const auto action = name(kProductActions[a]);
          return ColumnInfo{fmt::format("{}_age_hours", action),
                            fmt::format("hours since the last {} of the product", action)};
        },
        [](const PairRow& row, std::size_t a) { return age_hours(row.as_of, row.touch.last[a]); }));

/// Of every action: the product's part in it.
constexpr auto kShares = each<kProductActionCount>(column(
    [](std::size_t a) {
      const auto action = name(kProductActions[a]);
      return ColumnInfo{
          fmt::format("{}_share", action),
          fmt::format("the product's share of the user's {} events, half-life 96 h", action)};
    },
    [](const PairRow& row, std::size_t a) {
      return row.totals[a][kShareHalfLife] > 0
                 ? row.sums[a][kShareHalfLife] / row.totals[a][kShareHalfLife]
                 : 0.0F;
    }));

constexpr auto kColumns = column_table(
    kTraces, kShares,
    column("last_age_hours", "hours since the user's last event on the product",
           [](const PairRow& row) { return age_hours(row.as_of, row.touch.last_time); }),
    column("first_age_hours", "hours since the user's first event on the product",
           [](const PairRow& row) { return age_hours(row.as_of, row.touch.first_time); }),
    column("last_action", "code of the last event on the product",
           [](const PairRow& row) {
             return row.touch.n_events == 0 ? kUnknown : static_cast<float>(row.touch.last_action);
           }),
    column("events", "events on the product",
           [](const PairRow& row) { return static_cast<float>(row.touch.n_events); }),
    column("days", "distinct days with an event on the product",
           [](const PairRow& row) { return static_cast<float>(row.touch.n_days); }),
    column("visits", "distinct visits with an event on the product",
           [](const PairRow& row) { return static_cast<float>(row.touch.n_visits); }),
    column("in_last_visit", "1 when the product was touched in the user's last visit",
           [](const PairRow& row) {
             return row.last_visit_start != kNoTime && row.touch.last_time >= row.last_visit_start
                        ? 1.0F
                        : 0.0F;
           }),
    column("in_basket", "1 when the product lies in the rebuilt basket",
           [](const PairRow& row) { return row.touch.in_basket ? 1.0F : 0.0F; }),
    column("basket_hours", "hours since it was put there",
           [](const PairRow& row) { return age_hours(row.as_of, row.touch.basket_since); }),
    column("since_order_hours", "hours from the last order of the product to the last event on it",
           [](const PairRow& row) {
             const TimeUs last_order = row.touch.last[product_action_slot(Action::kOrder)];
             return last_order == kNoTime
                        ? kUnknown
                        : static_cast<float>(to_hours(row.touch.last_time - last_order));
           }));

class PairGroup final : public FeatureGroup {
 public:
  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto& history = rows.history;
    DecaySums totals{};
    for (const auto& sums : history.sums) {
      for (std::size_t a = 0; a < kProductActionCount; ++a) {
        for (std::size_t h = 0; h < kHalfLifeCount; ++h) totals[a][h] += sums[a][h];
      }
    }
    const TimeUs last_visit_start = start_of_last_visit(history);
    // most candidates are untouched, and all of those rows are alike
    std::array<float, kColumns.size()> untouched;
    Touch no_touch{};
    no_touch.last.fill(kNoTime);
    const DecaySums no_sums{};
    kColumns.write(PairRow{history.as_of, no_touch, no_sums, totals, last_visit_start},
                   untouched.data());
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const Touch* touch = rows.touch(r);
      if (touch == nullptr) {
        std::copy(untouched.begin(), untouched.end(), out.at(r));
      } else {
        kColumns.write(PairRow{history.as_of, *touch, rows.sums(r), totals, last_visit_start},
                       out.at(r));
      }
    }
  }

 private:
  static TimeUs start_of_last_visit(const UserHistory& history) {
    for (std::size_t e = 0; e < history.events.size(); ++e) {
      if (history.visit_of[e] + 1 == history.n_visits) return history.events.time[e];
    }
    return kNoTime;
  }
};

}  // namespace

std::vector<ColumnInfo> pair_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_pair_group(const FeatureContext& /*context*/) {
  return std::make_unique<PairGroup>();
}

}  // namespace vitrina::features
