#pragma once

#include "data/decay.hpp"
#include "models/own_history_objective.hpp"

namespace vitrina::models {

/// Coordinate search: `passes` times over the actions that occur, first the half-life of each,
/// then its weight, are moved from those of `start` to the best of a grid.
DecayRule search_decay_rule(const OwnHistoryObjective& objective, const DecayRule& start,
                            int passes);

}  // namespace vitrina::models
