#include "features/user.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

constexpr std::array<double, 3> kWindowsDays{1, 3, 1e6};
constexpr std::array<std::string_view, 3> kWindowNames{"1d", "3d", "all"};

class UserGroup final : public FeatureGroup {
 public:
  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    if (rows.n_rows() == 0) return;
    float* first = out.at(0);
    const float* end = write(rows.history, first);
    for (std::size_t r = 1; r < rows.n_rows(); ++r)
      std::copy(first, const_cast<float*>(end), out.at(r));
  }

 private:
  static const float* write(const UserHistory& history, float* x) {
    const auto& events = history.events;
    std::array<std::array<float, kWindowsDays.size()>, kActionCount> count{};
    std::array<TimeUs, kActionCount> last{};
    last.fill(kNoTime);
    TimeUs last_day = -1;
    float days = 0;
    for (std::size_t e = 0; e < events.size(); ++e) {
      const std::size_t action = code(events.action[e]);
      for (std::size_t w = 0; w < kWindowsDays.size(); ++w) {
        if (to_days(history.as_of - events.time[e]) <= kWindowsDays[w]) count[action][w] += 1;
      }
      last[action] = events.time[e];
      if (events.time[e] / kUsPerDay != last_day) days += 1;
      last_day = events.time[e] / kUsPerDay;
    }
    for (const auto& by_window : count) x = std::copy(by_window.begin(), by_window.end(), x);
    for (const auto action :
         {Action::kView, Action::kBasketAdd, Action::kOrder, Action::kBasketPage}) {
      *x++ = age_hours(history.as_of, last[code(action)]);
    }
    *x++ = events.empty() ? kUnknown : age_hours(history.as_of, events.time.back());
    *x++ = events.empty() ? kUnknown : age_hours(history.as_of, events.time.front());
    *x++ = days;
    return write_profile(history, x);
  }

  static const float* write_profile(const UserHistory& history, float* x) {
    float in_basket = 0;
    float bought = 0;
    for (const auto& touch : history.touches) {
      in_basket += touch.in_basket ? 1.0F : 0.0F;
      bought += touch.count[product_action_slot(Action::kOrder)] > 0 ? 1.0F : 0.0F;
    }
    const auto n_products = static_cast<float>(history.touches.size());
    *x++ = static_cast<float>(history.n_visits);
    *x++ = n_products;
    *x++ = in_basket;
    *x++ = bought;
    *x++ = ratio(bought, n_products);
    *x++ = ratio(static_cast<float>(history.events.size()), static_cast<float>(history.n_visits));
    *x++ = history.events.empty() ? kUnknown
                                  : static_cast<float>(hour_of_day(history.events.time.back()));
    return x;
  }
};

}  // namespace

std::vector<ColumnInfo> user_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto action : kActionNames) {
    for (const auto window : kWindowNames) {
      columns.push_back({fmt::format("{}_{}", action, window),
                         fmt::format("the user's {} rows, window {}", action, window)});
    }
  }
  const ColumnInfo rest[] = {
      {"view_age_hours", "hours since the last view"},
      {"basket_add_age_hours", "hours since the last addition to the basket"},
      {"order_age_hours", "hours since the last order"},
      {"basket_page_age_hours", "hours since the last basket page"},
      {"last_age_hours", "hours since the last event"},
      {"first_age_hours", "hours since the first event"},
      {"days", "distinct days with an event"},
      {"visits", "visits (30 minutes of silence end one)"},
      {"products", "distinct products touched"},
      {"in_basket", "products in the rebuilt basket"},
      {"bought", "distinct products ordered"},
      {"bought_share", "ordered products over touched ones"},
      {"events_per_visit", "rows per visit"},
      {"last_hour", "hour of the day of the last event"}};
  columns.insert(columns.end(), std::begin(rest), std::end(rest));
  return columns;
}

std::unique_ptr<FeatureGroup> make_user_group(const FeatureContext& /*context*/) {
  return std::make_unique<UserGroup>();
}

}  // namespace vitrina::features
