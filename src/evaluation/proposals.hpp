#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/purchases.hpp"
#include "engine/engine.hpp"
#include "metrics/user_lists.hpp"

namespace vitrina::evaluation {

/// What each generator, by its name, and their `union`, the last one, proposes to the buyers:
/// nothing to those without an event before the moment, whom nobody can name. The same with any
/// number of threads.
std::vector<std::pair<std::string, metrics::UserLists>> proposals(const engine::Engine& engine,
                                                                  const LogQueries& queries,
                                                                  const Purchases& bought,
                                                                  int threads);

}  // namespace vitrina::evaluation
