#include "features/user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

constexpr std::array<double, 3> kWindowsDays{1, 3, 1e6};
constexpr std::array<std::string_view, 3> kWindowNames{"1d", "3d", "all"};

/// What all rows of a user say.
struct UserRow {
  const UserHistory& history;
  std::array<std::array<float, kWindowsDays.size()>, kActionCount> count{};
  std::array<TimeUs, kActionCount> last{};
  float days = 0;
  float in_basket = 0;
  float bought = 0;

  [[nodiscard]] float age(Action action) const {
    return age_hours(history.as_of, last[code(action)]);
  }
  [[nodiscard]] float n_products() const { return static_cast<float>(history.touches.size()); }
  [[nodiscard]] float n_visits() const { return static_cast<float>(history.n_visits); }
};

constexpr auto kColumns = column_table(
    each<kActionCount>(each<kWindowsDays.size()>(column(
        [](std::size_t a, std::size_t w) {
          return ColumnInfo{
              fmt::format("{}_{}", kActionTraits[a].name, kWindowNames[w]),
              fmt::format("the user's {} rows, window {}", kActionTraits[a].name, kWindowNames[w])};
        },
        [](const UserRow& row, std::size_t a, std::size_t w) { return row.count[a][w]; }))),
    column("view_age_hours", "hours since the last view",
           [](const UserRow& row) { return row.age(Action::kView); }),
    column("basket_add_age_hours", "hours since the last addition to the basket",
           [](const UserRow& row) { return row.age(Action::kBasketAdd); }),
    column("order_age_hours", "hours since the last order",
           [](const UserRow& row) { return row.age(Action::kOrder); }),
    column("basket_page_age_hours", "hours since the last basket page",
           [](const UserRow& row) { return row.age(Action::kBasketPage); }),
    column("last_age_hours", "hours since the last event",
           [](const UserRow& row) {
             const auto& events = row.history.events;
             return events.empty() ? kUnknown : age_hours(row.history.as_of, events.time.back());
           }),
    column("first_age_hours", "hours since the first event",
           [](const UserRow& row) {
             const auto& events = row.history.events;
             return events.empty() ? kUnknown : age_hours(row.history.as_of, events.time.front());
           }),
    column("days", "distinct days with an event", [](const UserRow& row) { return row.days; }),
    column("visits", "visits (30 minutes of silence end one)",
           [](const UserRow& row) { return row.n_visits(); }),
    column("products", "distinct products touched",
           [](const UserRow& row) { return row.n_products(); }),
    column("in_basket", "products in the rebuilt basket",
           [](const UserRow& row) { return row.in_basket; }),
    column("bought", "distinct products ordered", [](const UserRow& row) { return row.bought; }),
    column("bought_share", "ordered products over touched ones",
           [](const UserRow& row) { return ratio(row.bought, row.n_products()); }),
    column("events_per_visit", "rows per visit",
           [](const UserRow& row) {
             return ratio(static_cast<float>(row.history.events.size()), row.n_visits());
           }),
    column("last_hour", "hour of the day of the last event", [](const UserRow& row) {
      const auto& events = row.history.events;
      return events.empty() ? kUnknown : static_cast<float>(hour_of_day(events.time.back()));
    }));

class UserGroup final : public FeatureGroup {
 public:
  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    if (rows.n_rows() == 0) return;
    float* first = out.at(0);
    kColumns.write(read_row(rows.history), first);
    for (std::size_t r = 1; r < rows.n_rows(); ++r) {
      std::copy_n(first, kColumns.size(), out.at(r));
    }
  }

 private:
  static UserRow read_row(const UserHistory& history) {
    UserRow row{.history = history};
    row.last.fill(kNoTime);
    const auto& events = history.events;
    TimeUs last_day = -1;
    for (std::size_t e = 0; e < events.size(); ++e) {
      const std::size_t action = code(events.action[e]);
      for (std::size_t w = 0; w < kWindowsDays.size(); ++w) {
        if (to_days(history.as_of - events.time[e]) <= kWindowsDays[w]) row.count[action][w] += 1;
      }
      row.last[action] = events.time[e];
      if (events.time[e] / kUsPerDay != last_day) row.days += 1;
      last_day = events.time[e] / kUsPerDay;
    }
    for (const auto& touch : history.touches) {
      row.in_basket += touch.in_basket ? 1.0F : 0.0F;
      row.bought += touch.count[product_action_slot(Action::kOrder)] > 0 ? 1.0F : 0.0F;
    }
    return row;
  }
};

}  // namespace

std::vector<ColumnInfo> user_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_user_group(const FeatureContext& /*context*/) {
  return std::make_unique<UserGroup>();
}

}  // namespace vitrina::features
