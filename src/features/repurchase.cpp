#include "features/repurchase.hpp"

#include <algorithm>
#include <map>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

constexpr std::size_t kColumnCount = 9;

class RepurchaseGroup final : public FeatureGroup {
 public:
  explicit RepurchaseGroup(const FeatureContext& context)
      : catalog_(context.products.catalog), model_(*context.models.repurchase) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    if (!model_.is_known()) {
      for (std::size_t r = 0; r < rows.n_rows(); ++r)
        std::fill_n(out.at(r), kColumnCount, kUnknown);
      return;
    }
    const auto last_orders = read_categories(rows.history);
    const TimeUs as_of = rows.history.as_of;
    const float user_share = repeat_share_of(rows.history);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const auto item = rows.item[r];
      const auto category = catalog_.category[item.value];
      const Touch* touch = rows.touch(r);
      const auto it = category.valid() ? last_orders.find(category) : last_orders.end();
      float* x = out.at(r);
      x = write_product(item, category, as_of, touch == nullptr ? kNoTime : touch->last[kOrder], x);
      x = write_category(category, as_of, it == last_orders.end() ? kNoTime : it->second, x);
      *x = user_share;
    }
  }

 private:
  static constexpr std::size_t kOrder = product_action_slot(Action::kOrder);

  float* write_product(ItemIdx item, CategoryIdx category, TimeUs as_of, TimeUs last_order,
                       float* x) const {
    const bool is_bought = last_order != kNoTime;
    const double days = is_bought ? to_days(as_of - last_order) : 0;
    *x++ = is_bought ? static_cast<float>(days) : kUnknown;
    *x++ = is_bought ? model_.product_rate(item, category, days) : 0.0F;
    *x++ = model_.expected_days(category);
    *x++ = is_bought ? static_cast<float>(days) / model_.expected_days(category) : kUnknown;
    *x++ = model_.repeat_share(item, category);
    return x;
  }

  float* write_category(CategoryIdx category, TimeUs as_of, TimeUs last_order, float* x) const {
    const bool is_bought = last_order != kNoTime;
    const double days = is_bought ? to_days(as_of - last_order) : 0;
    *x++ = is_bought ? model_.category_rate(category, days) : 0.0F;
    *x++ = is_bought ? static_cast<float>(days) / model_.expected_days(category) : kUnknown;
    *x++ = model_.category_repeat_share(category);
    return x;
  }

  [[nodiscard]] std::map<CategoryIdx, TimeUs> read_categories(const UserHistory& history) const {
    std::map<CategoryIdx, TimeUs> last;
    for (const auto& touch : history.touches) {
      const auto category = catalog_.category[touch.item.value];
      if (!category.valid() || touch.last[kOrder] == kNoTime) continue;
      auto& time = last.try_emplace(category, kNoTime).first->second;
      time = std::max(time, touch.last[kOrder]);
    }
    return last;
  }

  /// Share of the products the user ordered that were ordered on more than one occasion.
  static float repeat_share_of(const UserHistory& history) {
    std::vector<TimeUs> first(history.touches.size(), kNoTime);
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
};

}  // namespace

std::vector<ColumnInfo> repurchase_columns(std::span<const std::string> /*generator_names*/) {
  return {{"days", "days since the user's last order of the product"},
          {"rate", "chance a day of buying it again at that age, 0 where never ordered"},
          {"expected_days", "mean interval between purchases of a product in its category"},
          {"days_to_expected", "days since the last order over that interval"},
          {"repeat_share", "share of the product's buyers who bought it again"},
          {"category_rate", "chance a day that the user buys something of the category again"},
          {"category_days_to_expected",
           "days since the user's last order in the category over the mean interval"},
          {"category_repeat_share",
           "share of the category's buyers of a product who bought it "
           "again"},
          {"user_repeat_share", "share of the products the user ordered that were ordered again"}};
}

std::unique_ptr<FeatureGroup> make_repurchase_group(const FeatureContext& context) {
  return std::make_unique<RepurchaseGroup>(context);
}

}  // namespace vitrina::features
