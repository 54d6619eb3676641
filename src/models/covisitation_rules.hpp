#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "models/covisitation_spec.hpp"

namespace vitrina::models {

inline constexpr std::size_t kStepKindCount = 4;

/// One product event of a user, as the pairing needs it.
struct Step {
  TimeUs time;
  ItemIdx item;
  std::uint32_t visit : 27;        ///< of the user, modulo what fits
  std::uint32_t kind : 2;          ///< position of the one bit of StepKinds
  std::uint32_t starts_visit : 1;  ///< no product is before it in its visit
  std::uint32_t is_first : 1;      ///< of its user's
  std::uint32_t is_last : 1;
};
static_assert(sizeof(Step) == 16);

/// Two steps of a user, with all that rules ask about them.
class StepPair {
 public:
  /// `distance` in time, microseconds, below 2^48; `group` of kinds and direction; `since` is how
  /// many of the rules' first moments the earlier step reached; `from_visit_start` is 1 if the
  /// first step starts the visit that holds the second, else 0.
  StepPair(TimeUs distance, std::uint32_t group, std::uint32_t since,
           std::uint32_t from_visit_start, ItemIdx to, std::size_t places)
      : bits_(static_cast<std::uint64_t>(distance) | std::uint64_t{group} << kDistanceBits |
              std::uint64_t{since} << (kDistanceBits + kGroupBits) |
              std::uint64_t{from_visit_start} << 63U),
        to_(to),
        places_(static_cast<std::uint32_t>(places)) {}

  [[nodiscard]] TimeUs distance() const {
    return static_cast<TimeUs>(bits_ & ((std::uint64_t{1} << kDistanceBits) - 1));
  }
  [[nodiscard]] std::uint32_t group() const {
    return static_cast<std::uint32_t>(bits_ >> kDistanceBits) & ((1U << kGroupBits) - 1);
  }
  [[nodiscard]] std::uint32_t since() const {
    return static_cast<std::uint32_t>(bits_ >> (kDistanceBits + kGroupBits)) & kMaxSince;
  }
  [[nodiscard]] bool is_from_visit_start() const { return bits_ >> 63U != 0; }
  [[nodiscard]] ItemIdx to() const { return to_; }
  [[nodiscard]] std::uint32_t places() const { return places_; }

  static constexpr std::uint32_t kMaxSince = 7;

 private:
  static constexpr unsigned kDistanceBits = 48;
  static constexpr unsigned kGroupBits = 5;

  // packed by hand: fields of bits are written one by one, and reading them together then waits
  std::uint64_t bits_;
  ItemIdx to_;
  std::uint32_t places_;
};
static_assert(sizeof(StepPair) == 16);

/// 2^(-distance / half-life) of many pairs: scratch memory of one thread.
class PairDecays {
 public:
  void fill(std::span<const StepPair> pairs, std::span<const double> half_lives_days);
  [[nodiscard]] float of(std::size_t half_life, std::size_t pair) const {
    return decays_[half_life * distances_.size() + pair];
  }

 private:
  std::vector<TimeUs> distances_;
  std::vector<float> decays_;  ///< half-lives x pairs
};

/// The specs in the terms of steps: which matrices join a pair, and with what weight.
class PairRules {
 public:
  PairRules(std::span<const CovisitationSpec> specs, TimeUs as_of);

  /// Number of matrices.
  [[nodiscard]] std::size_t size() const { return rules_.size(); }

  /// How far from a step of that kind others may be for any matrix to join the two.
  [[nodiscard]] TimeUs reach(std::uint32_t kind) const { return reach_[kind]; }

  /// Whether any matrix may join steps of these kinds, that far apart in time; forward means that
  /// the second one is the later one.
  template <bool IsForward>
  [[nodiscard]] bool may_join(const Step& from, const Step& to) const {
    const TimeUs distance = IsForward ? to.time - from.time : from.time - to.time;
    return distance <= groups_[group_of(from.kind, to.kind, IsForward)].reach;
  }

  /// The pair of `from` with `to`, which is `places` steps later, or earlier when not `IsForward`.
  template <bool IsForward>
  [[nodiscard]] StepPair pair(const Step& from, const Step& to, std::size_t places) const {
    const auto& earlier = IsForward ? from : to;
    const auto& later = IsForward ? to : from;
    std::uint32_t since = 0;
    for (const TimeUs moment : since_) since += earlier.time >= moment ? 1 : 0;
    return {later.time - earlier.time, group_of(from.kind, to.kind, IsForward), since,
            // no branch: nobody could foretell it
            from.starts_visit & static_cast<std::uint32_t>(from.visit == to.visit), to.item,
            places};
  }

  /// Calls `emit(position, matrix, weight)` for the matrices that join each of the pairs, in turn.
  template <class Emit>
  void for_each_matrix(std::span<const StepPair> pairs, PairDecays& decays, Emit&& emit) const {
    decays.fill(pairs, half_lives_);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const auto& pair = pairs[p];
      for (const auto m : groups_[pair.group()].matrices) {
        const auto& rule = rules_[m];
        if (pair.distance() > rule.window || pair.places() > rule.max_places ||
            pair.since() < rule.since || (rule.from_visit_start && !pair.is_from_visit_start())) {
          continue;
        }
        float weight = rule.is_by_places ? 1.0F / static_cast<float>(pair.places()) : 1.0F;
        if (rule.half_life != kNoHalfLife) weight *= decays.of(rule.half_life, p);
        emit(p, m, weight);
      }
    }
  }

 private:
  static constexpr std::size_t kNoHalfLife = std::numeric_limits<std::size_t>::max();

  struct Rule {
    TimeUs window;
    std::size_t half_life;  ///< in half_lives_
    std::uint32_t max_places;
    std::uint32_t since;  ///< the pair's `since` must be this at least
    bool is_by_places;
    bool from_visit_start;
  };
  struct Group {
    TimeUs reach = -1;
    std::vector<std::uint32_t> matrices;
  };

  static constexpr std::uint32_t group_of(std::uint32_t from, std::uint32_t to, bool is_forward) {
    return ((is_forward ? 1U : 0U) * kStepKindCount + from) * kStepKindCount + to;
  }

  void add(const CovisitationSpec& spec, TimeUs as_of);

  std::vector<Rule> rules_;
  std::array<Group, 2 * kStepKindCount * kStepKindCount> groups_;
  std::array<TimeUs, kStepKindCount> reach_{-1, -1, -1, -1};
  std::vector<TimeUs> since_;  ///< ascending, distinct
  std::vector<double> half_lives_;
};

}  // namespace vitrina::models
