#include "ranking/segment_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

/// Rows next to each other in logit, and what they came to.
struct Bin {
  double weight = 0;
  double foretold = 0;  ///< sum of weight x probability
  double attained = 0;  ///< sum of weight x label

  void add(const Bin& other) {
    weight += other.weight;
    foretold += other.foretold;
    attained += other.attained;
  }
  [[nodiscard]] double mean_foretold() const { return foretold / weight; }
  /// Drawn toward what was foretold.
  [[nodiscard]] double mean_attained() const {
    constexpr double kPrior = SegmentCalibration::kPriorPositives;
    return mean_foretold() * (attained + kPrior) / (foretold + kPrior);
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
        std::max(open.attained, open.foretold) >= SegmentCalibration::kPositivesAPoint;
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
    if (bins.empty() || open.foretold >= SegmentCalibration::kPositivesAPoint) {
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
           rising[rising.size() - 2].mean_attained() >= rising.back().mean_attained()) {
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
      const double foretold = logit(bin.mean_foretold());
      // below what logit() tells apart
      if (!curve.foretold.empty() && foretold <= curve.foretold.back()) continue;
      curve.foretold.push_back(foretold);
      curve.attained.push_back(logit(bin.mean_attained()));
    }
  }
  return calibration;
}

double SegmentCalibration::apply(Segment segment, double logit) const {
  const auto& [foretold, attained] = curves_[static_cast<std::size_t>(segment)];
  if (foretold.empty()) return logit;
  const auto above = static_cast<std::size_t>(
      std::upper_bound(foretold.begin(), foretold.end(), logit) - foretold.begin());
  if (above == 0) return logit + attained.front() - foretold.front();
  if (above == foretold.size()) return logit + attained.back() - foretold.back();
  const double share = (logit - foretold[above - 1]) / (foretold[above] - foretold[above - 1]);
  return attained[above - 1] + share * (attained[above] - attained[above - 1]);
}

bool SegmentCalibration::is_fitted() const {
  return std::any_of(curves_.begin(), curves_.end(),
                     [](const Curve& curve) { return !curve.foretold.empty(); });
}

void SegmentCalibration::put(ArchiveWriter& out) const {
  for (std::size_t s = 0; s < kSegmentCount; ++s) {
    out.put(fmt::format("segment{}.foretold", s), curves_[s].foretold);
    out.put(fmt::format("segment{}.attained", s), curves_[s].attained);
  }
}

SegmentCalibration SegmentCalibration::get(const ArchiveReader& in) {
  SegmentCalibration calibration;
  for (std::size_t s = 0; s < kSegmentCount; ++s) {
    auto& curve = calibration.curves_[s];
    const auto name = fmt::format("segment{}.foretold", s);
    curve.foretold = in.get<double>(name);
    curve.attained = in.get<double>(fmt::format("segment{}.attained", s));
    const bool rises = std::is_sorted(curve.foretold.begin(), curve.foretold.end()) &&
                       std::is_sorted(curve.attained.begin(), curve.attained.end());
    if (curve.foretold.size() != curve.attained.size() || !rises) {
      in.fail(name, "is not a rising curve");
    }
  }
  return calibration;
}

}  // namespace vitrina::ranking
