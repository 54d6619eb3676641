#include "ranking/segment_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

/// Blocks of the archive, as bundles that are out have them.
constexpr const char* kPredictedBlock = "segment{}.foretold";
constexpr const char* kObservedBlock = "segment{}.attained";

/// Rows next to each other in logit, and what they came to.
struct Bin {
  double weight = 0;
  double predicted = 0;  ///< sum of weight x probability
  double observed = 0;   ///< sum of weight x label

  void add(const Bin& other) {
    weight += other.weight;
    predicted += other.predicted;
    observed += other.observed;
  }
  [[nodiscard]] double mean_predicted() const { return predicted / weight; }
  /// Drawn toward what was predicted.
  [[nodiscard]] double mean_observed() const {
    constexpr double kPrior = SegmentCalibration::kPriorPositives;
    return mean_predicted() * (observed + kPrior) / (predicted + kPrior);
  }
};

/// Cuts rows, the largest logit first, where enough was bought or was to be bought; what is left
/// at the end goes to the last bin. The smallest logits come first in what is returned.
std::vector<Bin> make_bins(std::span<const std::uint32_t> falling, std::span<const double> logits,
                           std::span<const float> label, std::span<const float> weight) {
  std::vector<Bin> bins;
  Bin open;
  double last = 0;
  for (const auto row : falling) {
    const bool is_full =
        std::max(open.observed, open.predicted) >= SegmentCalibration::kPositivesAPoint;
    // equal logits stay together: a function has one value for them
    if (is_full && logits[row] != last) {
      bins.push_back(open);
      open = {};
    }
    const auto n = double{weight[row]};
    open.add({n, n * sigmoid(logits[row]), n * double{label[row]}});
    last = logits[row];
  }
  if (open.weight > 0) {
    if (bins.empty() || open.predicted >= SegmentCalibration::kPositivesAPoint) {
      bins.push_back(open);
    } else {
      bins.back().add(open);
    }
  }
  std::reverse(bins.begin(), bins.end());
  return bins;
}

/// Pools neighbours that fall until all rise (pool adjacent violators).
std::vector<Bin> pooled(const std::vector<Bin>& bins) {
  std::vector<Bin> rising;
  for (const auto& bin : bins) {
    rising.push_back(bin);
    while (rising.size() > 1 &&
           rising[rising.size() - 2].mean_observed() >= rising.back().mean_observed()) {
      const Bin last = rising.back();
      rising.pop_back();
      rising.back().add(last);
    }
  }
  return rising;
}

}  // namespace

SegmentCalibration SegmentCalibration::fit(std::span<const double> logits,
                                           std::span<const Segment> segments,
                                           std::span<const float> label,
                                           std::span<const float> weight) {
  SegmentCalibration calibration;
  for (std::size_t s = 0; s < kSegmentCount; ++s) {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t r = 0; r < logits.size(); ++r) {
      if (segments[r] == static_cast<Segment>(s) && weight[r] > 0) rows.push_back(r);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return logits[a] > logits[b]; });
    auto& curve = calibration.curves_[s];
    for (const auto& bin : pooled(make_bins(rows, logits, label, weight))) {
      const double predicted = logit(bin.mean_predicted());
      // below what logit() tells apart
      if (!curve.predicted.empty() && predicted <= curve.predicted.back()) continue;
      curve.predicted.push_back(predicted);
      curve.observed.push_back(logit(bin.mean_observed()));
    }
  }
  return calibration;
}

double SegmentCalibration::apply(Segment segment, double logit) const {
  const auto& [predicted, observed] = curves_[static_cast<std::size_t>(segment)];
  if (predicted.empty()) return logit;
  const auto above = static_cast<std::size_t>(
      std::upper_bound(predicted.begin(), predicted.end(), logit) - predicted.begin());
  if (above == 0) return logit + observed.front() - predicted.front();
  if (above == predicted.size()) return logit + observed.back() - predicted.back();
  const double share = (logit - predicted[above - 1]) / (predicted[above] - predicted[above - 1]);
  return observed[above - 1] + share * (observed[above] - observed[above - 1]);
}

bool SegmentCalibration::is_fitted() const {
  return std::any_of(curves_.begin(), curves_.end(),
                     [](const Curve& curve) { return !curve.predicted.empty(); });
}

void SegmentCalibration::put(ArchiveWriter& out) const {
  for (std::size_t s = 0; s < kSegmentCount; ++s) {
    out.put(fmt::format(kPredictedBlock, s), curves_[s].predicted);
    out.put(fmt::format(kObservedBlock, s), curves_[s].observed);
  }
}

SegmentCalibration SegmentCalibration::get(const ArchiveReader& in) {
  SegmentCalibration calibration;
  for (std::size_t s = 0; s < kSegmentCount; ++s) {
    auto& curve = calibration.curves_[s];
    const auto name = fmt::format(kPredictedBlock, s);
    curve.predicted = in.get<double>(name);
    curve.observed = in.get<double>(fmt::format(kObservedBlock, s));
    const bool rises = std::is_sorted(curve.predicted.begin(), curve.predicted.end()) &&
                       std::is_sorted(curve.observed.begin(), curve.observed.end());
    if (curve.predicted.size() != curve.observed.size() || !rises) {
      in.fail(name, "is not a rising curve");
    }
  }
  return calibration;
}

}  // namespace vitrina::ranking
