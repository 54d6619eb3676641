#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/csr.hpp"
#include "models/covisitation_rules.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

/// The last steps of every user, oldest first, and where each product occurs in them.
struct StepIndex {
  std::vector<Step> steps;
  Csr<std::uint32_t> occurrences;  ///< steps of every product, in the order of `steps`
};

/// Lists the last `max_events` product events before the cut of every user who has two or more.
StepIndex index_steps(const FitContext& context, std::size_t max_events);

}  // namespace vitrina::models
