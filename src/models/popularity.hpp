#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/decay.hpp"
#include "models/fit_context.hpp"
#include "models/fixed_point.hpp"

namespace vitrina::models {

/// Windows before `as_of` in which products are counted; the last holds the whole log.
inline constexpr std::array<double, 4> kPopularityDays{1, 3, 7, 1e6};
inline constexpr std::size_t kPopularityWindowCount = kPopularityDays.size();

struct PopularityConfig {
  double half_life_days = 3;
  double view_weight = 0.1;
  double basket_weight = 1;
  double order_weight = 3;
  int category_depth = 60;

  void visit(ConfigVisitor& v) {
    v.field("half_life_days", half_life_days, {0.01, 365}, "how fast an event stops counting");
    v.field("view_weight", view_weight, {0, 100}, "worth of a view or a like");
    v.field("basket_weight", basket_weight, {0, 100}, "worth of an addition to a basket");
    v.field("order_weight", order_weight, {0, 100}, "worth of an order");
    v.field("category_depth", category_depth, {1, 1000}, "products kept of each category");
  }
};

/// Counts of one product before `as_of`.
struct ItemStats {
  /// Events by action slot (data/decay.hpp) and window of kPopularityDays.
  std::array<std::array<float, kPopularityWindowCount>, kProductActionCount> count{};
  float n_users = 0;       ///< distinct users who touched it
  float n_buyers = 0;      ///< distinct users who ordered it
  float score = 0;         ///< decayed, weighted popularity
  TimeUs first = kNoTime;  ///< first event; kNoTime when there is none
  TimeUs last = kNoTime;
};

/// What some customers add to the counts of every product, in whole numbers: sums of them are the
/// same however the customers are dealt to parts.
class PopularityCounts {
 public:
  /// Of one product.
  struct Item {
    /// Events by action slot and the first window of kPopularityDays that holds them.
    std::array<std::array<std::uint64_t, kPopularityWindowCount>, kProductActionCount> events{};
    std::uint64_t n_users = 0;
    std::uint64_t n_buyers = 0;
    std::array<fixed_point::Fine, kInterestCount> decayed{};  ///< events by interest
    TimeUs first = kNoTime;
    TimeUs last = kNoTime;

    void merge(const Item& other);
  };

  PopularityCounts(const FitContext& context, double half_life_days);
  explicit PopularityCounts(std::vector<Item> items) : items_(std::move(items)) {}

  /// Adds those of other customers.
  void merge(const PopularityCounts& other);

  [[nodiscard]] const std::vector<Item>& items() const { return items_; }

 private:
  std::vector<Item> items_;
};

/// What sells now: counts, decayed popularity, the ranking of all products and of each category.
class Popularity {
 public:
  Popularity() = default;

  static Popularity fit(const FitContext& context, const PopularityConfig& config) {
    return finish(context, config, map(context, config));
  }

  using Partial = PopularityCounts;
  static Partial map(const FitContext& part, const PopularityConfig& config) {
    return {part, config.half_life_days};
  }
  static Popularity finish(const FitContext& any, const PopularityConfig& config,
                           const Partial& all);

  /// Of a product that the model was not fitted on: nothing.
  [[nodiscard]] const ItemStats& stats(ItemIdx item) const {
    return item.value < stats_.size() ? stats_[item.value] : kNothing;
  }
  /// The products with an event before the cut, best first.
  [[nodiscard]] std::span<const ItemIdx> ranking() const { return ranking_; }
  /// The best products of a category, best first; only those with an event.
  [[nodiscard]] std::span<const ItemIdx> in_category(CategoryIdx category) const {
    if (category.value >= by_category_.n_rows()) return {};
    return by_category_.row(category.value);
  }
  /// Position in `ranking()`, 0 is the best; products without an event share one place after
  /// those with one.
  [[nodiscard]] std::uint32_t position(ItemIdx item) const {
    return item.value < position_.size() ? position_[item.value]
                                         : static_cast<std::uint32_t>(ranking_.size());
  }
  [[nodiscard]] std::size_t n_items() const { return stats_.size(); }

  void save(ArchiveWriter& out) const;
  static Popularity load(const ArchiveReader& in, const ProductSpace& products);

 private:
  static constexpr ItemStats kNothing{};

  void rank_items(const Catalog& catalog, std::size_t category_depth);

  std::vector<ItemStats> stats_;
  std::vector<ItemIdx> ranking_;
  std::vector<std::uint32_t> position_;
  Csr<ItemIdx> by_category_;
  std::uint32_t category_depth_ = 0;
};

}  // namespace vitrina::models
