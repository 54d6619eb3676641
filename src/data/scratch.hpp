#pragma once

#include <cstdint>
#include <vector>

#include "core/arena.hpp"
#include "data/candidate.hpp"
#include "data/places.hpp"

namespace vitrina {

/// Memory of one worker that outlives a query, so that a warm worker asks the system for none.
/// What is in it between two calls means nothing.
struct Scratch {
  Arena arena;                      ///< of what a part needs while it is called; reset before it is
  std::vector<std::uint64_t> keys;  ///< of keep_top_k()
  ItemPlaces places{0};             ///< of sum_votes() and of the merge
  std::vector<std::vector<ScoredItem>> lists;  ///< by generator
  ItemPlaces row_places{0};                    ///< of features::UserRows
  std::vector<std::uint32_t> row_touch;        ///< of features::UserRows
  std::vector<ItemIdx> newest;                 ///< of features::UserRows
  std::vector<ItemIdx> basket;                 ///< of features::UserRows
};

}  // namespace vitrina
