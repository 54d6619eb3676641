#include "features/item.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

/// Actions and windows (positions in models::kPopularityDays) that become columns.
constexpr std::array<Action, 4> kActions{Action::kView, Action::kLike, Action::kBasketAdd,
                                         Action::kOrder};
constexpr std::array<std::string_view, 4> kWindowNames{"1d", "3d", "7d", "all"};

/// Prior strength of the smoothed rates, in events.
constexpr float kPrior = 10;

class ItemGroup final : public FeatureGroup {
 public:
  explicit ItemGroup(const FeatureContext& context)
      : catalog_(context.products.catalog), popularity_(*context.models.popularity) {
    find_median_prices();
    find_shop_rates();
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    constexpr std::size_t kAhead = 4;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (r + kAhead < rows.n_rows()) prefetch(popularity_.stats(rows.item[r + kAhead]));
      write_row(rows.item[r], rows.history.as_of, out.at(r));
    }
  }

 private:
  static void prefetch(const models::ItemStats& stats) {
    constexpr std::size_t kLine = 64;
    const auto* first = reinterpret_cast<const char*>(&stats);
    for (std::size_t at = 0; at < sizeof stats; at += kLine) __builtin_prefetch(first + at);
  }

  void find_median_prices() {
    std::vector<std::vector<float>> prices(catalog_.n_categories);
    for (std::size_t i = 0; i < catalog_.n_items(); ++i) {
      const auto category = catalog_.category[i];
      const float price = catalog_.price[i];
      if (category.valid() && !std::isnan(price)) prices[category.value].push_back(price);
    }
    for (auto& list : prices) {
      const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
      if (!list.empty()) std::nth_element(list.begin(), middle, list.end());
      median_price_.push_back(list.empty() ? kUnknown : *middle);
    }
  }

  void find_shop_rates() {
    double views = 0;
    double adds = 0;
    double orders = 0;
    for (std::size_t i = 0; i < popularity_.n_items(); ++i) {
      const auto& count = popularity_.stats(ItemIdx(i)).count;
      views += double{count[product_action_slot(Action::kView)].back()};
      adds += double{count[product_action_slot(Action::kBasketAdd)].back()};
      orders += double{count[product_action_slot(Action::kOrder)].back()};
    }
    add_per_view_ = static_cast<float>(adds / std::max(views, 1.0));
    order_per_add_ = static_cast<float>(orders / std::max(adds, 1.0));
  }

  void write_row(ItemIdx item, TimeUs as_of, float* x) const {
    const auto& stats = popularity_.stats(item);
    for (const auto action : kActions) {
      for (const float count : stats.count[product_action_slot(action)]) *x++ = count;
    }
    const auto all = [&](Action action) { return stats.count[product_action_slot(action)].back(); };
    const auto day = [&](Action action) { return stats.count[product_action_slot(action)][0]; };
    *x++ = stats.n_users;
    *x++ = stats.n_buyers;
    *x++ = stats.score;
    *x++ = static_cast<float>(popularity_.position(item));
    *x++ = (all(Action::kBasketAdd) + kPrior * add_per_view_) / (all(Action::kView) + kPrior);
    *x++ = (all(Action::kOrder) + kPrior * order_per_add_) / (all(Action::kBasketAdd) + kPrior);
    *x++ = ratio(all(Action::kOrder), stats.n_buyers);
    *x++ = ratio(day(Action::kView), all(Action::kView));
    *x++ = ratio(day(Action::kBasketAdd), all(Action::kBasketAdd));
    *x++ = age_hours(as_of, stats.first);
    *x++ = age_hours(as_of, stats.last);
    write_price(item, x);
  }

  void write_price(ItemIdx item, float* x) const {
    const float price = catalog_.price[item.value];
    const auto category = catalog_.category[item.value];
    *x++ = price;
    *x++ =
        catalog_.old_price[item.value] > 0 ? 1 - price / catalog_.old_price[item.value] : kUnknown;
    *x++ = category.valid() ? ratio(price, median_price_[category.value]) : kUnknown;
  }

  const Catalog& catalog_;
  const models::Popularity& popularity_;
  std::vector<float> median_price_;
  float add_per_view_ = 0;
  float order_per_add_ = 0;
};

}  // namespace

std::vector<ColumnInfo> item_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto action : kActions) {
    for (const auto window : kWindowNames) {
      columns.push_back({fmt::format("{}_{}", name(action), window),
                         fmt::format("{} events of all users, window {}", name(action), window)});
    }
  }
  const ColumnInfo rest[] = {
      {"users", "distinct users who touched the product"},
      {"buyers", "distinct users who ordered it"},
      {"popularity", "decayed, weighted popularity"},
      {"popularity_position", "place in the shop's popularity ranking, 0 is the best"},
      {"add_per_view", "additions to a basket per view, smoothed to the shop's rate"},
      {"order_per_add", "orders per addition, smoothed to the shop's rate"},
      {"orders_per_buyer", "orders per distinct buyer"},
      {"view_trend", "share of the views that fell into the last day"},
      {"add_trend", "share of the additions that fell into the last day"},
      {"first_age_hours", "hours since the first event on the product: its age"},
      {"last_age_hours", "hours since the last event on the product"},
      {"price", "price in the catalog"},
      {"discount", "1 - price / old price"},
      {"price_to_median", "price over the median price of its category"}};
  columns.insert(columns.end(), std::begin(rest), std::end(rest));
  return columns;
}

std::unique_ptr<FeatureGroup> make_item_group(const FeatureContext& context) {
  return std::make_unique<ItemGroup>(context);
}

}  // namespace vitrina::features
