#pragma once

#include <span>
#include <string_view>

#include "core/archive.hpp"
#include "ranking/logistic.hpp"

namespace vitrina::ranking {

/// From the own-history score of a row to a logit: what trees then correct. A line on the score's
/// logarithm, and one constant for rows of which own history says nothing.
class OwnBase {
 public:
  OwnBase() = default;

  /// Fits labels in [0, 1]; the three spans are of equal length.
  static OwnBase fit(std::span<const float> own, std::span<const float> label,
                     std::span<const float> weight);

  /// Rises with `own`; a score of 0 and less is the constant.
  [[nodiscard]] double logit(float own) const;

  void put(ArchiveWriter& out, std::string_view name) const;
  static OwnBase get(const ArchiveReader& in, std::string_view name);

 private:
  LogisticLine line_{-4, 1};
  double untouched_logit_ = -15;
};

}  // namespace vitrina::ranking
