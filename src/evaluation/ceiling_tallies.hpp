#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/params.hpp"
#include "core/progress.hpp"
#include "data/shop.hpp"
#include "metrics/ceiling_tally.hpp"
#include "models/fit_context.hpp"

namespace vitrina::evaluation {

/// What the first products of one kind of list found, at every length that was asked for.
struct CeilingRow {
  std::string name;
  bool is_on = false;                       ///< by the parameters given
  std::vector<metrics::CeilingTally> by_k;  ///< one a length

  /// The same kind of list at another cut.
  void add(const CeilingRow& other);
};

/// Every generator of the registry, on or not.
struct CeilingTallies {
  std::vector<CeilingRow> generators;  ///< in the registry's order
  CeilingRow all;                      ///< the first k of every generator together
  CeilingRow on;                       ///< the first k of those that are on together
  metrics::CeilingTally candidates;    ///< what the engine would score: the merged list of those on
  std::size_t unknown_buyers = 0;  ///< without an event before the cut: nothing is found for them

  void add(const CeilingTallies& other);
};

/// Fits what the generators need at `fit.as_of` and holds their lists against what is bought in
/// [fit.as_of, to). The generators' own limits are raised to the largest of `ks`. The
/// same with any number of threads.
CeilingTallies tally_ceilings(const models::FitContext& fit, TimeUs to,
                              std::span<const std::size_t> ks, const ParamMap& params,
                              Progress& progress);

}  // namespace vitrina::evaluation
