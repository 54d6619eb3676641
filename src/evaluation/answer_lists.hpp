#pragma once

#include "engine/answer.hpp"
#include "metrics/user_lists.hpp"

namespace vitrina::evaluation {

/// The answer as the metrics take it: users in its order, products best first.
metrics::UserLists to_lists(const engine::Answer& answer);

}  // namespace vitrina::evaluation
