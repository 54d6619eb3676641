#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "core/csr.hpp"
#include "core/params.hpp"
#include "data/user_history.hpp"
#include "models/fit_context.hpp"
#include "models/neighbour_table.hpp"

namespace vitrina::models {

struct LinearConfig {
  int max_products = 4000;
  double ridge = 20;
  double half_life_days = 7;
  double like_weight = 2;
  double basket_weight = 4;
  double order_weight = 4;
  int user_products = 100;
  int neighbours = 100;

  void visit(ConfigVisitor& v) {
    v.field("max_products", max_products, {1, 10'000},
            "most active products that are learned of; memory grows with the square, time with "
            "the cube");
    v.field("ridge", ridge, {0.001, 1e6}, "penalty on the weights: larger trusts the log less");
    v.field("half_life_days", half_life_days, {0.01, 365}, "how fast an event stops counting");
    v.field("like_weight", like_weight, {0, 100}, "worth of a like, a view's is 1");
    v.field("basket_weight", basket_weight, {0, 100},
            "worth of an addition to a basket, a view's is 1");
    v.field("order_weight", order_weight, {0, 100}, "worth of an order, a view's is 1");
    v.field("user_products", user_products, {1, 1000},
            "products of a user that count, the strongest; pairs of them are summed");
    v.field("neighbours", neighbours, {1, 1000},
            "weights kept of each product, the largest by size");
  }
};

/// A linear model of what goes with what: EASE (Steck, «Embarrassingly Shallow Autoencoders for
/// Sparse Data», WWW 2019). X are the users' strengths of interest in the most active products;
/// the weights B minimise |X - X B|^2 + ridge |B|^2 with a diagonal of zeros:
///   P = (X^T X + ridge I)^-1,  B_ij = -P_ij / P_jj for i != j.
/// A strength is log(1 + s), s the sum of the action's worth x 2^(-age / half-life) over the
/// user's events with the product, so that looking often counts, but less and less. Weights may
/// be negative. Only the largest of each row are kept: what a product says of few others.
class Linear {
 public:
  Linear() = default;

  static Linear fit(const FitContext& context, const LinearConfig& config);

  /// Whether the product is among those that were learned of.
  [[nodiscard]] bool knows(ItemIdx item) const {
    return item.value < slot_of_.size() && slot_of_[item.value] != kNoSlot;
  }
  /// The weights B_ij of product i, the largest by size first.
  [[nodiscard]] std::span<const ScoredItem> weights(ItemIdx item) const { return table_.of(item); }
  /// x B for a user as of a moment, by product ascending, products with a sum of 0 left out: what
  /// the user's products say of each other product and of each other.
  [[nodiscard]] std::vector<ScoredItem> scores(const UserHistory& history, TimeUs as_of) const;

  void save(ArchiveWriter& out) const;
  static Linear load(const ArchiveReader& in, const ProductSpace& products);

 private:
  using Strength = Scored<std::uint32_t>;
  static constexpr std::uint32_t kNoSlot = 0xffffffffU;

  void choose_products(const FitContext& context, std::size_t limit);
  void index_slots(std::size_t n_items);
  [[nodiscard]] Csr<Strength> read_users(const FitContext& context) const;
  /// The strengths of one user by slot; `sums` has a zero for every slot, before and after.
  [[nodiscard]] std::vector<Strength> strengths(const EventSpan& events, TimeUs as_of,
                                                std::vector<float>& sums) const;
  void keep_weights(std::span<const double> inverse, std::size_t limit, std::size_t n_items,
                    int threads);

  double half_life_days_ = 1;
  std::uint32_t user_products_ = 1;
  std::vector<float> action_weight_;    ///< by action code
  std::vector<ItemIdx> products_;       ///< of every slot, ascending
  std::vector<std::uint32_t> slot_of_;  ///< of every product
  NeighbourTable table_;
};

}  // namespace vitrina::models
