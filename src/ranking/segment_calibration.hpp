#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/archive.hpp"

namespace vitrina::ranking {

/// What a user and a product have had to do with each other: the models err differently on each.
enum class Segment : std::uint8_t { kUntouched, kTouched, kInBasket };
inline constexpr std::size_t kSegmentCount = 3;

/// Isotonic calibration of logits by segment (Zadrozny and Elkan, 2002): what was observed out of
/// time, as a rising function of what was predicted. Between its points it is a line, beyond them a
/// shift, so that no two candidates that differed come out equal: the order inside a segment stays.
class SegmentCalibration {
 public:
  SegmentCalibration() = default;

  /// Spans of equal length; labels in [0, 1]. A point takes bought rows of `kPositivesAPoint` and
  /// is drawn toward what was predicted by as much as `kPriorPositives` would.
  static SegmentCalibration fit(std::span<const double> logits, std::span<const Segment> segments,
                                std::span<const float> label, std::span<const float> weight);

  /// The calibrated logit; the same where nothing was learned of the segment.
  [[nodiscard]] double apply(Segment segment, double logit) const;
  [[nodiscard]] bool is_fitted() const;

  void put(ArchiveWriter& out) const;
  static SegmentCalibration get(const ArchiveReader& in);

  static constexpr double kPositivesAPoint = 20;
  static constexpr double kPriorPositives = 10;

 private:
  struct Curve {
    std::vector<double> predicted;  ///< rising
    std::vector<double> observed;   ///< rising
  };

  std::array<Curve, kSegmentCount> curves_;
};

}  // namespace vitrina::ranking
