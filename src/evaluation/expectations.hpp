#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "data/purchases.hpp"
#include "engine/answer.hpp"
#include "metrics/recall.hpp"
#include "ranking/buyer_calibration.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::evaluation {

/// What became of the customers of an answer, one a row.
std::vector<metrics::UserResult> outcomes(const engine::Answer& answer, const Purchases& bought,
                                          std::size_t k);

/// Learns what to expect on customers that the ranker was not trained on: the rows `first`,
/// `first` + `step`, ... of an answer.
ranking::BuyerCalibration calibrate_buyers(const engine::Answer& answer,
                                           std::span<const metrics::UserResult> outcome,
                                           std::size_t first = 0, std::size_t step = 1);

/// Expected against achieved recall of the named in `n_bins` bins, as CSV; who bought nothing
/// achieved 0. What is expected is learned for each half of the rows on the other half.
std::string calibration_csv(const engine::Answer& answer,
                            std::span<const metrics::UserResult> outcome, int n_bins);

/// The customers for reading B out of all that were scored, by what is expected in the same way.
engine::Answer choose_for_b(const engine::Answer& all, const Purchases& bought,
                            selection::ChoiceLimits limits);

}  // namespace vitrina::evaluation
