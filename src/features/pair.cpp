#include "features/pair.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

/// Half-lives that become columns; the rest of the grid serves the own-history rule.
constexpr std::array<std::size_t, 5> kHalfLives{0, 1, 2, 4, 6};

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
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const Touch* touch = rows.touch(r);
      float* x = out.at(r);
      if (touch == nullptr) {
        fill_untouched(x);
      } else {
        x = write_traces(history.as_of, *touch, rows.sums(r), totals, x);
        write_state(history.as_of, *touch, last_visit_start, x);
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

  static void fill_untouched(float* x) {
    for (std::size_t a = 0; a < kProductActionCount; ++a) {
      for (std::size_t h = 0; h < kHalfLives.size(); ++h) *x++ = 0;
      *x++ = 0;         // count
      *x++ = kUnknown;  // age of the last
    }
    for (std::size_t c = 0; c < kProductActionCount; ++c) *x++ = 0;  // shares
    const float state[] = {kUnknown, kUnknown, kUnknown, 0, 0, 0, 0, 0, kUnknown, kUnknown};
    std::copy(std::begin(state), std::end(state), x);
  }

  static float* write_traces(TimeUs as_of, const Touch& touch, const DecaySums& sums,
                             const DecaySums& totals, float* x) {
    for (std::size_t a = 0; a < kProductActionCount; ++a) {
      for (const auto h : kHalfLives) *x++ = sums[a][h];
      *x++ = static_cast<float>(touch.count[a]);
      *x++ = age_hours(as_of, touch.last[a]);
    }
    for (std::size_t a = 0; a < kProductActionCount; ++a) *x++ = share(sums[a][4], totals[a][4]);
    return x;
  }

  static float share(float part, float total) { return total > 0 ? part / total : 0; }

  static void write_state(TimeUs as_of, const Touch& touch, TimeUs last_visit_start, float* x) {
    *x++ = age_hours(as_of, touch.last_time);
    *x++ = age_hours(as_of, touch.first_time);
    *x++ = touch.n_events == 0 ? kUnknown : static_cast<float>(touch.last_action);
    *x++ = static_cast<float>(touch.n_events);
    *x++ = static_cast<float>(touch.n_days);
    *x++ = static_cast<float>(touch.n_visits);
    *x++ = last_visit_start != kNoTime && touch.last_time >= last_visit_start ? 1.0F : 0.0F;
    *x++ = touch.in_basket ? 1.0F : 0.0F;
    *x++ = age_hours(as_of, touch.basket_since);
    const TimeUs last_order = touch.last[product_action_slot(Action::kOrder)];
    *x++ = last_order == kNoTime ? kUnknown
                                 : static_cast<float>(to_hours(touch.last_time - last_order));
  }
};

}  // namespace

std::vector<ColumnInfo> pair_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto action : kProductActions) {
    for (const auto h : kHalfLives) {
      columns.push_back({fmt::format("{}_decayed_{:g}h", name(action), kHalfLivesDays[h] * 24),
                         fmt::format("sum over {} events of 2^(-age / {:g} h)", name(action),
                                     kHalfLivesDays[h] * 24)});
    }
    columns.push_back({fmt::format("{}_count", name(action)),
                       fmt::format("{} events on the product", name(action))});
    columns.push_back({fmt::format("{}_age_hours", name(action)),
                       fmt::format("hours since the last {} of the product", name(action))});
  }
  for (const auto action : kProductActions) {
    columns.push_back(
        {fmt::format("{}_share", name(action)),
         fmt::format("the product's share of the user's {} events, half-life 96 h", name(action))});
  }
  const ColumnInfo state[] = {
      {"last_age_hours", "hours since the user's last event on the product"},
      {"first_age_hours", "hours since the user's first event on the product"},
      {"last_action", "code of the last event on the product"},
      {"events", "events on the product"},
      {"days", "distinct days with an event on the product"},
      {"visits", "distinct visits with an event on the product"},
      {"in_last_visit", "1 when the product was touched in the user's last visit"},
      {"in_basket", "1 when the product lies in the rebuilt basket"},
      {"basket_hours", "hours since it was put there"},
      {"since_order_hours", "hours from the last order of the product to the last event on it"}};
  columns.insert(columns.end(), std::begin(state), std::end(state));
  return columns;
}

std::unique_ptr<FeatureGroup> make_pair_group(const FeatureContext& /*context*/) {
  return std::make_unique<PairGroup>();
}

}  // namespace vitrina::features
