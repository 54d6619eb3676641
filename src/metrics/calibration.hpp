#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vitrina::metrics {

/// One point of a reliability diagram.
struct CalibrationBin {
  std::size_t n = 0;
  double mean_expected = 0.0;
  double mean_achieved = 0.0;
};

/// Expected against achieved values (probabilities and outcomes, expected and real recall) in
/// `n_bins` bins of equal size by expected value, lowest first; sizes differ by at most one, and
/// there are fewer bins when there are fewer entries. Both spans have one value per entry; ties
/// keep their order. Throws Error(kInternal) when the lengths differ or n_bins is 0.
std::vector<CalibrationBin> calibration(std::span<const double> expected,
                                        std::span<const double> achieved, std::size_t n_bins);

}  // namespace vitrina::metrics
