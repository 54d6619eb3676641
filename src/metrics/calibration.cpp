#include "metrics/calibration.hpp"

#include <algorithm>
#include <numeric>

#include "core/check.hpp"

namespace vitrina::metrics {

std::vector<CalibrationBin> calibration(std::span<const double> expected,
                                        std::span<const double> achieved, std::size_t n_bins) {
  VITRINA_CHECK(expected.size(), ==, achieved.size());
  VITRINA_CHECK(n_bins, >, std::size_t{0});
  std::vector<std::size_t> order(expected.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return expected[a] != expected[b] ? expected[a] < expected[b] : a < b;
  });

  std::vector<CalibrationBin> bins(std::min(n_bins, expected.size()));
  for (std::size_t b = 0; b < bins.size(); ++b) {
    const std::size_t begin = order.size() * b / bins.size();
    const std::size_t end = order.size() * (b + 1) / bins.size();
    CalibrationBin& bin = bins[b];
    bin.n = end - begin;
    for (std::size_t i = begin; i < end; ++i) {
      bin.mean_expected += expected[order[i]];
      bin.mean_achieved += achieved[order[i]];
    }
    bin.mean_expected /= static_cast<double>(bin.n);
    bin.mean_achieved /= static_cast<double>(bin.n);
  }
  return bins;
}

}  // namespace vitrina::metrics
