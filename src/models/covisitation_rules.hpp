#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "models/covisitation_spec.hpp"

namespace vitrina::models {

/// One product event of a user, as the pairing needs it.
struct Step {
  TimeUs time;
  ItemIdx item;
  std::uint32_t kind;  ///< of action: a number of kInterestActions
};

/// All that decides which matrices join a pair, and with what weight but for its decay, numbered.
using PairClass = std::uint16_t;
/// No matrix joins the pair.
inline constexpr PairClass kNoMatrix = 0;

/// The specs in the terms of pairs. A pair stands in the row of its first product; what flows in is
/// what the same two steps are worth in the row of the second one, where the first is a neighbour.
class PairRules {
 public:
  /// Sums of a vector register.
  static constexpr std::size_t kLanes = 4;

  /// `with_inflow`: whether anybody will ask for it. If not, pairs with nothing else are kNoMatrix.
  PairRules(std::span<const CovisitationSpec> specs, bool with_inflow);

  [[nodiscard]] std::size_t n_matrices() const { return n_matrices_; }
  /// Factors of a class: 1 for one matrix, else with zeros behind up to a multiple of kLanes.
  [[nodiscard]] std::size_t width() const { return width_; }

  /// Steps further apart are joined by no matrix.
  [[nodiscard]] TimeUs reach() const { return windows_.back(); }

  struct BothWays {
    PairClass forward;   ///< in the row of the earlier step's product
    PairClass backward;  ///< in the row of the later one's
  };
  /// The classes of two steps within reach.
  [[nodiscard]] BothWays classes(const Step& earlier, const Step& later) const {
    const TimeUs distance = later.time - earlier.time;
    std::uint32_t window = 0;
    for (const TimeUs longest : windows_) window += distance > longest ? 1 : 0;
    return classes_[index_of({earlier.kind, later.kind, window})];
  }

  /// What a pair of that class is worth in each matrix before its decay; 0 where it is not joined.
  [[nodiscard]] const double* factors(PairClass pair_class) const {
    return factors_.data() + pair_class * width_;
  }
  [[nodiscard]] const double* inflow_factors(PairClass pair_class) const {
    return inflow_factors_.data() + pair_class * width_;
  }

  /// Half-lives of the matrices, distinct.
  [[nodiscard]] std::span<const double> half_lives_days() const { return half_lives_days_; }
  /// For every factor, which decay it is multiplied by: 0 for none, h + 1 for half-life h.
  [[nodiscard]] std::span<const std::uint32_t> decay_of() const { return decay_of_; }

 private:
  /// What rules can ask of two steps of a user.
  struct Case {
    std::size_t earlier_kind;
    std::size_t later_kind;
    std::size_t window;  ///< in windows_: the first that holds both
  };

  [[nodiscard]] std::size_t index_of(const Case& c) const {
    return (c.earlier_kind * kInterestActionCount + c.later_kind) * windows_.size() + c.window;
  }
  [[nodiscard]] Case case_of(std::size_t index) const;
  [[nodiscard]] std::size_t n_cases() const {
    return kInterestActionCount * kInterestActionCount * windows_.size();
  }
  /// What matrix `spec` gives a pair whose first step is the earlier or the later one.
  [[nodiscard]] double factor(const CovisitationSpec& spec, const Case& c, bool is_forward) const;

  std::size_t n_matrices_;
  std::size_t width_;
  std::vector<TimeUs> windows_;  ///< ascending, distinct
  std::vector<double> half_lives_days_;
  std::vector<std::uint32_t> decay_of_;
  std::vector<BothWays> classes_;  ///< by case
  std::vector<double> factors_;    ///< classes x width
  std::vector<double> inflow_factors_;
};

}  // namespace vitrina::models
