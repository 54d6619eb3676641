#include "features/visits.hpp"

#include <algorithm>
#include <cmath>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

constexpr float kSecond = static_cast<float>(kUsPerSecond);

/// What the history does not keep of a touched product.
struct ProductTrace {
  float dwell_seconds = 0;
  float last_dwell_seconds = kUnknown;
  float relisted = 0;
  float first_of_visits = 0;
  float last_of_visits = 0;
  float devices = 0;
  std::uint32_t last_visit = 0;
};

/// What a user did in one category.
struct CategoryTrace {
  CategoryIdx category;
  float visits = 0;
  float in_last_visit = 0;
  TimeUs last_add = kNoTime;
  TimeUs last_order = kNoTime;
  std::uint32_t last_visit = 0;
};

/// What goes for all of a user's rows.
struct UserTrace {
  std::vector<ProductTrace> products;     ///< by touch
  std::vector<CategoryTrace> categories;  ///< ascending
  std::vector<TimeUs> adds;               ///< moments, ascending
  std::vector<TimeUs> orders;             ///< distinct moments, ascending
  std::vector<TimeUs> clears;             ///< moments, ascending
  std::vector<TimeUs> visit_starts;
};

float count_after(const std::vector<TimeUs>& times, TimeUs time) {
  return static_cast<float>(times.end() - std::upper_bound(times.begin(), times.end(), time));
}

/// Seconds from the event to the next later one of its visit; unknown at the end of a visit.
float dwell_of(const UserHistory& history, std::size_t event) {
  const auto& time = history.events.time;
  std::size_t next = event + 1;
  while (next < time.size() && time[next] == time[event]) ++next;
  if (next == time.size() || history.visit_of[next] != history.visit_of[event]) return kUnknown;
  return static_cast<float>(time[next] - time[event]) / kSecond;
}

void read_moments(const UserHistory& history, UserTrace& trace) {
  const auto& events = history.events;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const TimeUs time = events.time[e];
    if (history.visit_of[e] == trace.visit_starts.size()) trace.visit_starts.push_back(time);
    if (events.action[e] == Action::kBasketClear) trace.clears.push_back(time);
    if (!events.item[e].valid()) continue;
    if (events.action[e] == Action::kBasketAdd) trace.adds.push_back(time);
    const bool is_order = events.action[e] == Action::kOrder;
    if (is_order && (trace.orders.empty() || trace.orders.back() != time)) {
      trace.orders.push_back(time);
    }
  }
}

/// Distinct loc_user_ids from which each product was touched.
void count_devices(const UserHistory& history, UserTrace& trace) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> uses;
  for (std::size_t e = 0; e < history.events.size(); ++e) {
    if (history.touch_of[e] != UserHistory::kNoTouch) {
      uses.emplace_back(history.touch_of[e], history.events.device[e]);
    }
  }
  std::sort(uses.begin(), uses.end());
  uses.erase(std::unique(uses.begin(), uses.end()), uses.end());
  for (const auto& [touch, device] : uses) trace.products[touch].devices += 1;
}

void read_products(const UserHistory& history, UserTrace& trace) {
  const auto& events = history.events;
  trace.products.resize(history.touches.size());
  constexpr std::uint32_t kNone = UserHistory::kNoTouch;
  std::uint32_t before = kNone;  // the product event before, and its visit
  std::uint32_t before_visit = kNone;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto t = history.touch_of[e];
    if (t == kNone || product_action_slot(events.action[e]) == kProductActionCount) continue;
    auto& product = trace.products[t];
    if (history.visit_of[e] != before_visit) {
      product.first_of_visits += 1;
      if (before != kNone) trace.products[before].last_of_visits += 1;
    }
    before = t;
    before_visit = history.visit_of[e];
    product.last_visit = before_visit;
    if (events.action[e] == Action::kView) {
      product.last_dwell_seconds = dwell_of(history, e);
      if (!std::isnan(product.last_dwell_seconds)) {
        product.dwell_seconds += product.last_dwell_seconds;
      }
    }
    const auto& touch = history.touches[t];
    if (events.action[e] == Action::kBasketPage && touch.in_basket &&
        events.time[e] > touch.basket_since) {
      product.relisted += 1;
    }
  }
  if (before != kNone) trace.products[before].last_of_visits += 1;
  count_devices(history, trace);
}

class VisitsGroup final : public FeatureGroup {
 public:
  explicit VisitsGroup(const FeatureContext& context) : catalog_(context.products.catalog) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    UserTrace trace;
    read_moments(rows.history, trace);
    read_products(rows.history, trace);
    read_categories(rows.history, trace);
    std::array<float, kUserColumnCount> of_user{};
    write_user(rows.history, trace, of_user);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      float* x = write_product(rows.history, trace, rows.touch(r), out.at(r));
      x = write_category(trace, rows.history, catalog_.category_of(rows.item[r]), x);
      std::copy(of_user.begin(), of_user.end(), x);
    }
  }

 private:
  static constexpr std::size_t kUserColumnCount = 10;

  void read_categories(const UserHistory& history, UserTrace& trace) const {
    const auto& events = history.events;
    std::vector<std::pair<CategoryIdx, std::uint32_t>> rows;
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (!events.item[e].valid() || product_action_slot(events.action[e]) == kProductActionCount) {
        continue;
      }
      const auto category = catalog_.category_of(events.item[e]);
      if (category.valid()) rows.emplace_back(category, static_cast<std::uint32_t>(e));
    }
    std::sort(rows.begin(), rows.end());
    for (const auto& [category, e] : rows) {
      if (trace.categories.empty() || trace.categories.back().category != category) {
        trace.categories.push_back({.category = category});
        trace.categories.back().last_visit = UserHistory::kNoTouch;
      }
      auto& entry = trace.categories.back();
      if (entry.last_visit != history.visit_of[e]) entry.visits += 1;
      entry.last_visit = history.visit_of[e];
      if (entry.last_visit + 1 == history.n_visits) entry.in_last_visit += 1;
      if (events.action[e] == Action::kBasketAdd) entry.last_add = events.time[e];
      if (events.action[e] == Action::kOrder) entry.last_order = events.time[e];
    }
  }

  [[nodiscard]] static float* write_product(const UserHistory& history, const UserTrace& trace,
                                            const Touch* touch, float* x) {
    if (touch == nullptr || touch->n_events == 0) {
      std::fill_n(x, 4, 0.0F);
      std::fill_n(x + 4, 6, kUnknown);
      return x + 10;
    }
    const auto& product = trace.products[history.index_of(touch)];
    const TimeUs last_add = touch->last[product_action_slot(Action::kBasketAdd)];
    *x++ = product.dwell_seconds;
    *x++ = product.first_of_visits;
    *x++ = product.last_of_visits;
    *x++ = product.devices;
    *x++ = product.last_dwell_seconds;
    *x++ = product.relisted;
    *x++ = last_add == kNoTime ? kUnknown : count_after(trace.clears, last_add);
    *x++ = count_after(trace.adds, touch->last_time);
    *x++ = count_after(trace.orders, touch->last_time);
    *x++ = static_cast<float>(history.n_visits - 1 - product.last_visit);
    return x;
  }

  float* write_category(const UserTrace& trace, const UserHistory& history, CategoryIdx category,
                        float* x) const {
    const auto it = std::lower_bound(
        trace.categories.begin(), trace.categories.end(), category,
        [](const CategoryTrace& entry, CategoryIdx wanted) { return entry.category < wanted; });
    const bool is_known =
        category.valid() && it != trace.categories.end() && it->category == category;
    const CategoryTrace entry = is_known ? *it : CategoryTrace{};
    *x++ = entry.visits;
    *x++ = ratio(entry.visits, static_cast<float>(history.n_visits));
    *x++ = entry.in_last_visit;
    *x++ = age_hours(history.as_of, entry.last_add);
    *x++ = age_hours(history.as_of, entry.last_order);
    return x;
  }

  void write_user(const UserHistory& history, const UserTrace& trace,
                  std::array<float, kUserColumnCount>& out) const {
    out.fill(kUnknown);
    const auto& events = history.events;
    if (events.empty()) return;
    std::vector<std::uint32_t> devices(events.device.begin(), events.device.end());
    std::sort(devices.begin(), devices.end());
    float n_devices = 0;
    float most_used = 0;
    for (std::size_t begin = 0, end = 0; begin < devices.size(); begin = end, n_devices += 1) {
      while (end < devices.size() && devices[end] == devices[begin]) ++end;
      most_used = std::max(most_used, static_cast<float>(end - begin));
    }
    const TimeUs last_start = trace.visit_starts.back();
    const auto last_begin = static_cast<std::size_t>(
        std::lower_bound(events.time.begin(), events.time.end(), last_start) - events.time.begin());
    std::vector<ItemIdx> items;
    for (std::size_t e = last_begin; e < events.size(); ++e) {
      if (events.item[e].valid()) items.push_back(events.item[e]);
    }
    std::sort(items.begin(), items.end());
    const auto n_items = std::unique(items.begin(), items.end()) - items.begin();
    const auto n_gaps = static_cast<float>(trace.visit_starts.size() - 1);
    const float gap =
        ratio(static_cast<float>(to_hours(last_start - trace.visit_starts.front())), n_gaps);
    out = {n_devices,
           most_used / static_cast<float>(events.size()),
           static_cast<float>(to_hours(events.time.back() - last_start) * 60),
           static_cast<float>(events.size() - last_begin),
           static_cast<float>(n_items),
           static_cast<float>(weekday(events.time.back())),
           static_cast<float>(trace.orders.size()),
           ratio(static_cast<float>(trace.orders.size()), static_cast<float>(history.n_visits)),
           gap,
           ratio(age_hours(history.as_of, last_start), gap)};
  }

  const Catalog& catalog_;
};

}  // namespace

std::vector<ColumnInfo> visits_columns(std::span<const std::string> /*generator_names*/) {
  return {
      {"dwell_seconds", "time from the user's views of the product to the next event of the visit"},
      {"first_of_visits", "visits whose first product it was"},
      {"last_of_visits", "visits whose last product it was"},
      {"devices", "distinct loc_user_ids from which the user touched it"},
      {"last_dwell_seconds", "the same time of the last view; unknown at the end of a visit"},
      {"relisted", "basket pages that listed the product since it was put into the basket"},
      {"clears_since_add", "times the basket was emptied since the product was last added"},
      {"adds_since", "additions of other products since the last event on this one"},
      {"orders_since", "orders since the last event on the product"},
      {"visits_since", "visits begun since the last event on the product"},
      {"category_visits", "visits in which the user touched the product's category"},
      {"category_visit_share", "the same as a share of the user's visits"},
      {"category_in_last_visit", "product events of the category in the user's last visit"},
      {"category_add_age_hours", "hours since the user's last addition in the category"},
      {"category_order_age_hours", "hours since the user's last order in the category"},
      {"user_devices", "distinct loc_user_ids of the user"},
      {"user_main_device_share", "share of the user's rows from the most used of them"},
      {"user_last_visit_minutes", "length of the user's last visit"},
      {"user_last_visit_rows", "rows of the user's last visit"},
      {"user_last_visit_products", "distinct products of the user's last visit"},
      {"user_last_weekday", "weekday of the user's last event, Monday is 0"},
      {"user_orders", "distinct moments at which the user ordered"},
      {"user_orders_per_visit", "the same per visit"},
      {"user_gap_hours", "mean time between the starts of the user's visits"},
      {"user_gap_ratio", "hours since the start of the last visit over that mean"}};
}

std::unique_ptr<FeatureGroup> make_visits_group(const FeatureContext& context) {
  return std::make_unique<VisitsGroup>(context);
}

}  // namespace vitrina::features
