#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "models/fit_context.hpp"
#include "models/neighbour_table.hpp"

namespace vitrina::models {

/// What a user did with a product, as bits: a matrix says which it joins.
using StepKinds = std::uint8_t;
inline constexpr StepKinds kStepView = 1;
inline constexpr StepKinds kStepLike = 2;
inline constexpr StepKinds kStepBasket = 4;
inline constexpr StepKinds kStepOrder = 8;
inline constexpr StepKinds kStepBuy = kStepBasket + kStepOrder;
inline constexpr StepKinds kStepAny = kStepView + kStepLike + kStepBuy;

/// Whether bit `kind` is among them.
constexpr bool has_kind(StepKinds kinds, std::uint32_t kind) {
  return (std::uint32_t{kinds} >> kind & 1U) != 0;
}

/// Which events a co-visitation matrix joins, and what a pair is worth: 2^(-distance in time /
/// half-life), or with a limit of places 1 / distance in places.
struct CovisitationSpec {
  std::string_view name;
  StepKinds from;
  StepKinds to;
  bool is_directed;               ///< the second event comes after the first in the log's order
  double window_days;             ///< events further apart do not count
  double half_life_hours;         ///< 0: distance in time does not matter
  std::uint32_t max_places = 0;   ///< with more steps of the user between does not count; 0: any
  bool from_visit_start = false;  ///< from the first product of a visit to others of that visit
  double last_days = 0;           ///< both events this near to as_of; 0: the whole log
};

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

/// Fits a matrix per spec («who touched a then took b»), all from one reading of the log: the
/// users' last steps are listed once and indexed by product; a product's rows of every matrix are
/// then summed together over the steps around its own. Rows are independent, their sums in the
/// order of the log: the same with any number of threads. Memory: the steps and one dense row of
/// every matrix a thread; pairs are never kept.
std::vector<NeighbourTable> fit_covisitation(const FitContext& context,
                                             const CovisitationConfig& config,
                                             std::span<const CovisitationSpec> specs);

void save_covisitation(std::span<const NeighbourTable> tables,
                       std::span<const CovisitationSpec> specs, ArchiveWriter& out);
/// `remap` as in NeighbourTable::load.
std::vector<NeighbourTable> load_covisitation(const ArchiveReader& in,
                                              std::span<const CovisitationSpec> specs,
                                              std::span<const ItemIdx> remap, const Shop& shop);

}  // namespace vitrina::models
