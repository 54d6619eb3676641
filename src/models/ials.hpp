#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/user_history.hpp"
#include "models/fit_context.hpp"
#include "models/ials_solver.hpp"

namespace vitrina::models {

struct IalsConfig {
  int factors = 64;
  int iterations = 5;
  double regularization = 10;
  double alpha = 100;
  double view_weight = 1;
  double like_weight = 2;
  double basket_weight = 3;
  double order_weight = 3;
  double half_life_days = 7;
  int min_events = 2;

  void visit(ConfigVisitor& v) {
    v.field("factors", factors, {1, 512}, "numbers that stand for a user and for a product");
    v.field("iterations", iterations, {1, 100},
            "times that all users and then all products are solved");
    v.field("regularization", regularization, {1e-3, 1e6}, "L2 penalty on factors");
    v.field("alpha", alpha, {1e-3, 1e6},
            "confidence that a pair of strength 1 has more than one that never met");
    v.field("view_weight", view_weight, {0, 100}, "strength of a view");
    v.field("like_weight", like_weight, {0, 100}, "strength of a like");
    v.field("basket_weight", basket_weight, {0, 100}, "strength of an addition to a basket");
    v.field("order_weight", order_weight, {0, 100}, "strength of an order");
    v.field("half_life_days", half_life_days, {0.01, 365}, "how fast an event's strength fades");
    v.field("min_events", min_events, {1, 1e9},
            "a product with fewer events of these kinds has no factors");
  }
};

/// Implicit alternating least squares: every user and every product a vector, such that the inner
/// product is near 1 where they met and near 0 elsewhere, a miss counting by how strongly they met
/// (Hu, Koren, Volinsky, «Collaborative filtering for implicit feedback datasets», ICDM 2008).
/// Keeps the products' vectors only: a user's is found from the history when it is asked for, so
/// the fit need not have seen the user. Vectors start from a hash of the product's external id.
class Ials {
 public:
  Ials() = default;

  static Ials fit(const FitContext& context, const IalsConfig& config);

  /// The vector of a user: the exact solution for the history as of a moment, the products' being
  /// fixed. `dim()` numbers, zeros where nothing in the history is known.
  [[nodiscard]] AlignedFloats fold_in(const UserHistory& history, TimeUs as_of) const;

  /// Whether the product has a vector.
  [[nodiscard]] bool knows(ItemIdx item) const {
    return item.value < row_of_.size() && row_of_[item.value] != kNoRow;
  }
  /// The vector of a product that has one.
  [[nodiscard]] std::span<const float> factor(ItemIdx item) const;
  /// How near 1 the user's preference for a product is; 0 where the product has no vector.
  [[nodiscard]] float score(std::span<const float> user, ItemIdx item) const;
  /// Cosine of two products' vectors; 0 where one has none.
  [[nodiscard]] float cosine(ItemIdx a, ItemIdx b) const;

  /// The k allowed products with the largest scores above 0, best first. Exact: products are
  /// looked at by falling length of their vectors until none that is left can be good enough.
  [[nodiscard]] std::vector<ScoredItem> top(std::span<const float> user,
                                            const std::function<bool(ItemIdx)>& is_allowed,
                                            std::size_t k) const;

  [[nodiscard]] std::size_t dim() const { return factors_.dim; }
  [[nodiscard]] std::size_t n_items() const { return item_.size(); }

  void save(ArchiveWriter& out) const;
  static Ials load(const ArchiveReader& in, const ProductSpace& products);

 private:
  static constexpr std::uint32_t kNoRow = std::numeric_limits<std::uint32_t>::max();

  /// The numbers of the config that a query needs.
  struct Settings {
    std::array<double, kInterestActionCount> weight{};  ///< of each of kInterestActions
    double half_life_days = 1;
    double alpha = 1;
    double regularization = 1;
  };
  static Settings settings_of(const IalsConfig& config);
  [[nodiscard]] double weight_of(Action action) const {
    return shows_interest(action) ? settings_.weight[kInterestActions.slot(action)] : 0;
  }

  void take_products(const FitContext& context, const IalsConfig& config);
  void index_products(std::size_t n_items);
  void read_row(const EventSpan& events, TimeUs as_of, std::vector<ScoredItem>& strengths,
                std::vector<Confidence>& row) const;
  [[nodiscard]] Confidences read_users(const FitContext& context) const;
  void sort_by_length();
  void prepare_queries();

  Settings settings_;
  std::vector<ItemIdx> item_;  ///< of every row, by falling length of the vector once fitted
  std::vector<std::uint32_t> row_of_;  ///< by product
  Factors factors_;
  std::vector<float> length_;  ///< of every row's vector
  Whitening whitening_;
};

}  // namespace vitrina::models
