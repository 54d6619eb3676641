#include "features/rhythm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "data/purchase_days.hpp"
#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

constexpr std::array<int, 5> kWindowsDays{7, 14, 30, 60, 90};
/// Weeks ago at which the days that are predicted are looked at.
constexpr std::size_t kWeeksAgo = 4;
/// Purchase days for which the shop speaks in a customer's weekdays.
constexpr double kPriorDays = 3;

/// What all rows of a user say.
struct RhythmRow {
  std::array<float, kWindowsDays.size()> purchase_days;
  std::array<float, kWindowsDays.size()> active_days;
  std::array<float, kWeeksAgo> weeks_ago{};
  float n_days = 0;
  float per_week = kUnknown;
  float since_last = kUnknown;
  float mean_wait = kUnknown;
  float wait_spread = kUnknown;
  float last_wait = kUnknown;
  float return_chance = kUnknown;
  float weekday_share = kUnknown;
  float month_share = kUnknown;
  float basket_products = kUnknown;
  float last_basket_products = kUnknown;
};

constexpr auto kColumns = column_table(
    each<kWindowsDays.size()>(
        column(
            [](std::size_t w) {
              return ColumnInfo{
                  fmt::format("purchase_days_{}d", kWindowsDays[w]),
                  fmt::format("days with an order in the last {}, as far as the log reaches",
                              kWindowsDays[w])};
            },
            [](const RhythmRow& row, std::size_t w) { return row.purchase_days[w]; }),
        column(
            [](std::size_t w) {
              return ColumnInfo{
                  fmt::format("active_days_{}d", kWindowsDays[w]),
                  fmt::format("days with an event in the last {}, as far as the log reaches",
                              kWindowsDays[w])};
            },
            [](const RhythmRow& row, std::size_t w) { return row.active_days[w]; })),
    each<kWeeksAgo>(column(
        [](std::size_t w) {
          return ColumnInfo{fmt::format("bought_{}w_ago", w + 1),
                            fmt::format("days with an order among the same weekdays as those that "
                                        "are predicted, {} weeks ago",
                                        w + 1)};
        },
        [](const RhythmRow& row, std::size_t w) { return row.weeks_ago[w]; })),
    column("purchase_days", "days with an order", [](const RhythmRow& row) { return row.n_days; }),
    column("purchase_days_per_week", "days with an order a week since the first one",
           [](const RhythmRow& row) { return row.per_week; }),
    column("days_since_purchase", "days since the last order",
           [](const RhythmRow& row) { return row.since_last; }),
    column("mean_wait", "mean days from one purchase day to the next",
           [](const RhythmRow& row) { return row.mean_wait; }),
    column("wait_spread", "their standard deviation over their mean",
           [](const RhythmRow& row) { return row.wait_spread; }),
    column("last_wait", "days between the last two purchase days",
           [](const RhythmRow& row) { return row.last_wait; }),
    column("since_to_mean_wait", "days since the last order over the mean wait",
           [](const RhythmRow& row) { return row.since_last / row.mean_wait; }),
    column("return_chance",
           "share of the user's waits of at least this length that ended within the days that are "
           "predicted, shrunk to the shop's",
           [](const RhythmRow& row) { return row.return_chance; }),
    column("weekday_share",
           "share of the user's purchase days on the weekdays that are predicted, shrunk to the "
           "shop's, over the shop's",
           [](const RhythmRow& row) { return row.weekday_share; }),
    column("month_share",
           "share of the user's purchase days within three days of this day one, two, ... months "
           "ago",
           [](const RhythmRow& row) { return row.month_share; }),
    column("basket_products", "mean distinct products a purchase day",
           [](const RhythmRow& row) { return row.basket_products; }),
    column("last_basket_products", "distinct products of the last purchase day",
           [](const RhythmRow& row) { return row.last_basket_products; }));

class RhythmGroup final : public FeatureGroup {
 public:
  explicit RhythmGroup(const FeatureContext& context) : model_(*context.models.calendar) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const override {
    if (rows.n_rows() == 0) return;
    float* first = out.at(0);
    kColumns.write(read_row(rows.history, scratch.arena), first);
    for (std::size_t r = 1; r < rows.n_rows(); ++r) {
      std::copy_n(first, kColumns.size(), out.at(r));
    }
  }

 private:
  [[nodiscard]] RhythmRow read_row(const UserHistory& history, Arena& arena) const {
    RhythmRow row{};
    count_windows(history, row);
    const auto days = purchase_days(history, arena);
    if (days.empty()) return row;
    const auto today = first_day_ahead(history.as_of);
    for (const auto& day : days) {
      const auto age = today - day.day;
      for (std::size_t w = 0; w < kWindowsDays.size(); ++w) {
        if (age <= kWindowsDays[w]) row.purchase_days[w] += 1;
      }
      for (std::size_t w = 0; w < kWeeksAgo; ++w) {
        const auto into = static_cast<std::int64_t>(7 * (w + 1)) - age;
        if (into >= 0 && into < model_.window_days()) row.weeks_ago[w] += 1;
      }
    }
    row.n_days = static_cast<float>(days.size());
    row.since_last = static_cast<float>(today - days.back().day);
    row.per_week =
        row.n_days * 7 / static_cast<float>(std::max<std::int64_t>(1, today - days.front().day));
    read_waits(days, today, row);
    read_habits(days, today, row);
    read_baskets(history, days, arena, row);
    return row;
  }

  /// Windows that the log does not reach stay unknown: a column means the same at every moment.
  void count_windows(const UserHistory& history, RhythmRow& row) const {
    const double known_days = to_days(history.as_of - model_.begin());
    for (std::size_t w = 0; w < kWindowsDays.size(); ++w) {
      const float none = kWindowsDays[w] <= known_days ? 0 : kUnknown;
      row.purchase_days[w] = none;
      row.active_days[w] = none;
    }
    const auto today = first_day_ahead(history.as_of);
    std::int64_t last = kNoDay;
    for (std::size_t e = history.events.size(); e-- > 0;) {
      const auto day = day_of(history.events.time[e]);
      if (day == last) continue;
      last = day;
      if (today - day > kWindowsDays.back()) break;
      for (std::size_t w = 0; w < kWindowsDays.size(); ++w) {
        if (today - day <= kWindowsDays[w]) row.active_days[w] += 1;
      }
    }
  }

  void read_waits(std::span<const PurchaseDay> days, std::int64_t today, RhythmRow& row) const {
    const auto since = today - days.back().day;
    double sum = 0;
    double squares = 0;
    double at_risk = 0;
    double ended = 0;
    for (std::size_t d = 1; d < days.size(); ++d) {
      const auto wait = days[d].day - days[d - 1].day;
      sum += static_cast<double>(wait);
      squares += static_cast<double>(wait * wait);
      at_risk += wait >= since ? 1 : 0;
      ended += wait >= since && wait < since + model_.window_days() ? 1 : 0;
    }
    const double prior = model_.prior_waits();
    row.return_chance =
        static_cast<float>((ended + prior * model_.return_chance(since)) / (at_risk + prior));
    if (days.size() < 2) return;
    const auto n = static_cast<double>(days.size() - 1);
    const double mean = sum / n;
    row.mean_wait = static_cast<float>(mean);
    row.last_wait = static_cast<float>(days.back().day - days[days.size() - 2].day);
    if (days.size() > 2) {
      row.wait_spread =
          static_cast<float>(std::sqrt(std::max(0.0, squares / n - mean * mean)) / mean);
    }
  }

  void read_habits(std::span<const PurchaseDay> days, std::int64_t today, RhythmRow& row) const {
    double on_weekdays = 0;
    double in_month = 0;
    for (const auto& day : days) {
      const auto into = static_cast<std::int64_t>(weekday_of(day.day - today));
      on_weekdays += into < model_.window_days() ? 1 : 0;
      in_month += is_month_ago(today - day.day) ? 1 : 0;
    }
    const auto n = static_cast<double>(days.size());
    const double of_shop = model_.weekday_share(today);
    row.weekday_share =
        static_cast<float>((on_weekdays + kPriorDays * of_shop) / (n + kPriorDays) / of_shop);
    row.month_share = static_cast<float>(in_month / n);
  }

  static bool is_month_ago(std::int64_t age) {
    constexpr double kMonth = 30.4375;
    const double months = std::round(static_cast<double>(age) / kMonth);
    return months >= 1 && std::abs(static_cast<double>(age) - months * kMonth) <= 3;
  }

  static void read_baskets(const UserHistory& history, std::span<const PurchaseDay> days,
                           Arena& arena, RhythmRow& row) {
    const auto& events = history.events;
    const auto seen_on = arena.take<std::uint32_t>(history.touches.size());
    double products = 0;
    for (std::uint32_t d = 0; d < days.size(); ++d) {
      double of_day = 0;
      for (auto e = days[d].first_event; e <= days[d].last_event; ++e) {
        const auto t = history.touch_of[e];
        if (events.action[e] != Action::kOrder || t == UserHistory::kNoTouch) continue;
        if (std::exchange(seen_on[t], d + 1) == d + 1) continue;
        of_day += 1;
      }
      products += of_day;
      row.last_basket_products = static_cast<float>(of_day);
    }
    row.basket_products = static_cast<float>(products / static_cast<double>(days.size()));
  }

  const models::Calendar& model_;
};

}  // namespace

std::vector<ColumnInfo> rhythm_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_rhythm_group(const FeatureContext& context) {
  return std::make_unique<RhythmGroup>(context);
}

}  // namespace vitrina::features
