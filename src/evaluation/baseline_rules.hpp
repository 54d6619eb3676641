#pragma once

#include <string>
#include <vector>

#include "data/shop.hpp"
#include "metrics/user_lists.hpp"
#include "models/model_set.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::evaluation {

/// A simple answer that stands beside the engine's.
struct Baseline {
  std::string name;
  std::string summary;
  metrics::UserLists sent;
};

/// The organisers' rule (who added to the basket in the last 5 days gets what was added, the
/// newest additions first), popularity (the newest visitors get what sells) and own-history decay
/// (the learned rule, customers by the sum of their best k), all as of `as_of`.
std::vector<Baseline> make_baselines(const Shop& shop, const models::ModelSet& models, TimeUs as_of,
                                     selection::ChoiceLimits limits, int threads);

}  // namespace vitrina::evaluation
