#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "models/fit_context.hpp"
#include "models/neighbour_table.hpp"

namespace vitrina::models {

/// Which events a co-visitation matrix joins.
struct CovisitationSpec {
  std::string_view name;
  bool from_buys_only;     ///< the first product was added to a basket or ordered
  bool to_buys_only;       ///< the second one was
  bool is_directed;        ///< the second event comes at or after the first
  double window_days;      ///< events further apart do not count
  double half_life_hours;  ///< worth of a pair halves with this distance in time
};

/// The family: what follows a click into a basket soon and within the day, what is compared
/// with what, and what is bought together over two weeks.
inline constexpr std::array<CovisitationSpec, 4> kCovisitationSpecs{{
    {"click_to_buy_1h", false, true, true, 1, 1},
    {"click_to_buy_6h", false, true, true, 1, 6},
    {"seen_together_1h", false, false, false, 1, 1},
    {"bought_together_14d", true, true, false, 14, 72},
}};
inline constexpr std::size_t kCovisitationCount = kCovisitationSpecs.size();

struct CovisitationConfig {
  int max_events = 30;
  int neighbours = 40;
  double popularity_damping = 0.3;

  void visit(ConfigVisitor& v) {
    v.field("max_events", max_events, {2, 1000}, "last product events of a user that are paired");
    v.field("neighbours", neighbours, {1, 1000}, "neighbours kept of each product");
    v.field("popularity_damping", popularity_damping, {0, 1},
            "a neighbour's weight is divided by its total weight to this power");
  }
};

/// «Who touched a then took b», several matrices of top neighbours a product (the co-visitation
/// family that carried the OTTO competition, Kaggle 2022/23).
class Covisitation {
 public:
  Covisitation() = default;

  static Covisitation fit(const FitContext& context, const CovisitationConfig& config);

  /// The neighbours of a product, best first.
  [[nodiscard]] std::span<const ScoredItem> neighbours(std::size_t matrix, ItemIdx item) const {
    return matrices_[matrix].of(item);
  }

  void save(ArchiveWriter& out) const;
  /// `remap` as in NeighbourTable::load.
  static Covisitation load(const ArchiveReader& in, std::span<const ItemIdx> remap,
                           const Shop& shop);

 private:
  std::array<NeighbourTable, kCovisitationCount> matrices_;
};

}  // namespace vitrina::models
