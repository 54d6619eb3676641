#include "features/repurchase.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

/// What is asked of a candidate, side by side: candidates lie anywhere in memory.
struct Product {
  CategoryIdx category;
  float repeat_share;
};

struct RepurchaseRow {
  const models::Repurchase& model;
  ItemIdx item;
  CategoryIdx category;
  float repeat_share;
  std::optional<double> days;           ///< since the user's last order of the product
  std::optional<double> category_days;  ///< of any product of the category
  float user_repeat_share;

  /// Days over the mean interval between purchases; unknown without an order.
  [[nodiscard]] float to_expected(std::optional<double> since_order) const {
    return since_order ? static_cast<float>(*since_order) / model.expected_days(category)
                       : kUnknown;
  }
};

constexpr auto kColumns = column_table(
    column("days", "days since the user's last order of the product",
           [](const RepurchaseRow& row) {
             return row.days ? static_cast<float>(*row.days) : kUnknown;
           }),
    column("rate", "chance a day of buying it again at that age, 0 where never ordered",
           [](const RepurchaseRow& row) {
             return row.days ? row.model.product_rate(row.item, row.category, *row.days) : 0.0F;
           }),
    column("expected_days", "mean interval between purchases of a product in its category",
           [](const RepurchaseRow& row) { return row.model.expected_days(row.category); }),
    column("days_to_expected", "days since the last order over that interval",
           [](const RepurchaseRow& row) { return row.to_expected(row.days); }),
    column("repeat_share", "share of the product's buyers who bought it again",
           [](const RepurchaseRow& row) { return row.repeat_share; }),
    column("category_rate", "chance a day that the user buys something of the category again",
           [](const RepurchaseRow& row) {
             return row.category_days ? row.model.category_rate(row.category, *row.category_days)
                                      : 0.0F;
           }),
    column("category_days_to_expected",
           "days since the user's last order in the category over the mean interval",
           [](const RepurchaseRow& row) { return row.to_expected(row.category_days); }),
    column("category_repeat_share",
           "share of the category's buyers of a product who bought it again",
           [](const RepurchaseRow& row) { return row.model.category_repeat_share(row.category); }),
    column("user_repeat_share", "share of the products the user ordered that were ordered again",
           [](const RepurchaseRow& row) { return row.user_repeat_share; }));

class RepurchaseGroup final : public FeatureGroup {
 public:
  explicit RepurchaseGroup(const FeatureContext& context)
      : catalog_(context.products.catalog), model_(*context.models.repurchase) {
    if (!model_.is_known()) return;
    // the last one stands for all products of which nothing is known
    for (std::size_t i = 0; i <= catalog_.n_items(); ++i) {
      const auto category = catalog_.category_of(ItemIdx(i));
      products_.push_back({category, model_.repeat_share(ItemIdx(i), category)});
    }
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const override {
    if (!model_.is_known()) {
      for (std::size_t r = 0; r < rows.n_rows(); ++r) {
        std::fill_n(out.at(r), kColumns.size(), kUnknown);
      }
      return;
    }
    const auto last_orders = read_categories(rows.history, scratch.arena);
    const TimeUs as_of = rows.history.as_of;
    const float user_share = repeat_share_of(rows.history, scratch.arena);
    constexpr std::size_t kAhead = 8;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (r + kAhead < rows.n_rows()) __builtin_prefetch(&product(rows.item[r + kAhead]));
      const auto item = rows.item[r];
      const auto [category, repeat_share] = product(item);
      const Touch* touch = rows.touch(r);
      const RepurchaseRow row{
          .model = model_,
          .item = item,
          .category = category,
          .repeat_share = repeat_share,
          .days = days_since(as_of, touch == nullptr ? kNoTime : touch->last[kOrder]),
          .category_days = days_since(as_of, last_order(last_orders, category)),
          .user_repeat_share = user_share};
      kColumns.write(row, out.at(r));
    }
  }

 private:
  static constexpr std::size_t kOrder = product_action_slot(Action::kOrder);

  [[nodiscard]] const Product& product(ItemIdx item) const {
    return products_[std::min<std::size_t>(item.value, products_.size() - 1)];
  }

  static std::optional<double> days_since(TimeUs as_of, TimeUs last_order) {
    if (last_order == kNoTime) return std::nullopt;
    return to_days(as_of - last_order);
  }

  struct LastOrder {
    CategoryIdx category;
    TimeUs time = kNoTime;
  };

  /// The last order in every category, ascending.
  [[nodiscard]] std::span<const LastOrder> read_categories(const UserHistory& history,
                                                           Arena& arena) const {
    const auto orders = arena.take<LastOrder>(history.touches.size());
    std::size_t n = 0;
    for (const auto& touch : history.touches) {
      const auto category = catalog_.category_of(touch.item);
      if (!category.valid() || touch.last[kOrder] == kNoTime) continue;
      orders[n++] = {category, touch.last[kOrder]};
    }
    const auto found = orders.first(n);
    // the newest of a category comes first and is the one that stays
    std::sort(found.begin(), found.end(), [](const LastOrder& a, const LastOrder& b) {
      return a.category != b.category ? a.category < b.category : a.time > b.time;
    });
    const auto rest = std::ranges::unique(found, {}, &LastOrder::category);
    return found.first(n - rest.size());
  }

  static TimeUs last_order(std::span<const LastOrder> orders, CategoryIdx category) {
    const auto found = std::ranges::lower_bound(orders, category, {}, &LastOrder::category);
    return found != orders.end() && found->category == category ? found->time : kNoTime;
  }

  /// Share of the products the user ordered whose first and last orders are not of one purchase.
  static float repeat_share_of(const UserHistory& history, Arena& arena) {
    const auto first = arena.take<TimeUs>(history.touches.size());
    std::fill(first.begin(), first.end(), kNoTime);
    float bought = 0;
    for (std::size_t e = 0; e < history.events.size(); ++e) {
      const auto t = history.touch_of[e];
      if (history.events.action[e] != Action::kOrder || t == UserHistory::kNoTouch) continue;
      if (first[t] != kNoTime) continue;
      first[t] = history.events.time[e];
      bought += 1;
    }
    float repeated = 0;
    for (std::size_t t = 0; t < first.size(); ++t) {
      const bool is_again = first[t] != kNoTime &&
                            history.touches[t].last[kOrder] - first[t] >= models::kSamePurchase;
      repeated += is_again ? 1.0F : 0.0F;
    }
    return ratio(repeated, bought);
  }

  const Catalog& catalog_;
  const models::Repurchase& model_;
  std::vector<Product> products_;
};

}  // namespace

std::vector<ColumnInfo> repurchase_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_repurchase_group(const FeatureContext& context) {
  return std::make_unique<RepurchaseGroup>(context);
}

}  // namespace vitrina::features
