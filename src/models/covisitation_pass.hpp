#pragma once

#include <span>
#include <vector>

#include "core/params.hpp"
#include "models/covisitation_pairs.hpp"
#include "models/covisitation_spec.hpp"
#include "models/fit_context.hpp"
#include "models/neighbour_table.hpp"

namespace vitrina::models {

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

/// Fits a matrix per spec («who touched a then took b»), all from one reading of the log: pairs of
/// the users' last steps are dealt to blocks of products by their first one, and the rows of all
/// matrices are summed together, a block at a time, in whole numbers: the same in any order of the
/// users, in any number of rounds and with any number of threads.
/// Memory: the pairs at hand (about 200 MB at most, in rounds if there are more) and, if damped, a
/// total of every product in every matrix. Throws Error(kOutOfResources) for 2^31 pairs or
/// more of a block of 256 products, whose sums might overflow.
std::vector<NeighbourTable> fit_covisitation(const FitContext& context,
                                             const CovisitationConfig& config,
                                             std::span<const CovisitationSpec> specs);

/// The same in parts: the pairs of some users, all of them in memory, and the matrices of those of
/// all users.
DealtPairs map_covisitation(const FitContext& part, const CovisitationConfig& config,
                            std::span<const CovisitationSpec> specs);
std::vector<NeighbourTable> finish_covisitation(const FitContext& any,
                                                const CovisitationConfig& config,
                                                std::span<const CovisitationSpec> specs,
                                                DealtPairs&& all);

void save_covisitation(std::span<const NeighbourTable> tables,
                       std::span<const CovisitationSpec> specs, ArchiveWriter& out);
std::vector<NeighbourTable> load_covisitation(const ArchiveReader& in,
                                              std::span<const CovisitationSpec> specs,
                                              const ProductSpace& products);

}  // namespace vitrina::models
