#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/archive.hpp"
#include "core/ids.hpp"
#include "core/params.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

/// Ages, in days since a purchase, at which the chance to buy again may change; the last is open.
inline constexpr std::array<double, 13> kRepurchaseAges{0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 21, 35};
inline constexpr std::size_t kRepurchaseAgeCount = kRepurchaseAges.size();

/// Chance a day of buying again, by age.
using HazardCurve = std::array<float, kRepurchaseAgeCount>;

struct RepurchaseConfig {
  double min_days = 12;
  double category_prior_days = 200;
  double product_prior_repeats = 2;
  double share_prior_buyers = 10;

  void visit(ConfigVisitor& v) {
    v.field("min_days", min_days, {0, 1e6},
            "days of log before the cut below which nothing is said of buying again: shorter logs "
            "show hardly any whole interval");
    v.field("category_prior_days", category_prior_days, {0.1, 1e6},
            "days of waiting for which the whole shop speaks in a category's rate");
    v.field("product_prior_repeats", product_prior_repeats, {0.01, 1e6},
            "repeats for which the category speaks in a product's rate");
    v.field("share_prior_buyers", share_prior_buyers, {0.01, 1e6},
            "buyers for which the category speaks in a product's share of repeat buyers, and the "
            "shop in a category's");
  }
};

/// What some customers say of buying again: rows in an order that does not matter, and counts.
struct RepurchaseWaits {
  /// From one purchase of a thing to the next one or, where there was none, to the end of the log.
  /// In whole seconds: sums of them are the same in any order.
  struct Interval {
    std::int64_t seconds;
    std::uint32_t thing;  ///< product or category
    bool is_repeat;
  };
  std::vector<Interval> of_products;
  std::vector<Interval> of_categories;
  std::vector<std::uint64_t> buyers;     ///< by product
  std::vector<std::uint64_t> repeaters;  ///< those of them who came again

  void merge(const RepurchaseWaits& other);
};

/// When what was bought is bought again. Rates by age (events over days of waiting, so that
/// intervals the log cuts off count for what was seen of them: the occurrence-exposure rates of
/// survival analysis), learned for the shop, shrunk to it in every category, and scaled by each
/// product's own repeats.
class Repurchase {
 public:
  Repurchase() = default;

  static Repurchase fit(const FitContext& context, const RepurchaseConfig& config) {
    return finish(context, config, map(context, config));
  }

  using Partial = RepurchaseWaits;
  static Partial map(const FitContext& part, const RepurchaseConfig& config);
  static Repurchase finish(const FitContext& any, const RepurchaseConfig& config,
                           const Partial& all);

  /// Whether the log was long enough to say anything; if not, nothing below may be asked.
  [[nodiscard]] bool is_known() const { return is_known_; }

  // A product, or a category, that the model was not fitted on is as one of its category, or as a
  // product without one; `category` is the product's.

  /// Chance a day that somebody who bought the product `days` ago buys it now.
  [[nodiscard]] float product_rate(ItemIdx item, CategoryIdx category, double days) const;
  /// The same of any product of the category; not valid() is one more category.
  [[nodiscard]] float category_rate(CategoryIdx category, double days) const;
  /// Mean of the intervals seen in the category, shrunk to the shop's; NaN where the shop has none.
  [[nodiscard]] float expected_days(CategoryIdx category) const {
    return rates(category).expected_days;
  }
  /// Share of the buyers who bought the product on more than one occasion, shrunk.
  [[nodiscard]] float repeat_share(ItemIdx item, CategoryIdx category) const;
  [[nodiscard]] float category_repeat_share(CategoryIdx category) const {
    return rates(category).repeat_share;
  }

  void save(ArchiveWriter& out) const;
  static Repurchase load(const ArchiveReader& in, const ProductSpace& products);

 private:
  struct CategoryRates {
    HazardCurve product{};   ///< the same product again
    HazardCurve category{};  ///< any product of the category again
    float expected_days = 0;
    float repeat_share = 0;
  };

  /// Not valid() is larger than any index.
  [[nodiscard]] const CategoryRates& rates(CategoryIdx category) const {
    return rates_[std::min<std::size_t>(category.value, rates_.size() - 1)];
  }

  bool is_known_ = false;
  std::vector<CategoryRates> rates_;  ///< by category, the last for products without one
  std::vector<float> item_factor_;
  std::vector<float> item_share_;
};

/// Orders of one thing closer than this are one purchase.
inline constexpr TimeUs kSamePurchase = 6 * kUsPerHour;

}  // namespace vitrina::models
