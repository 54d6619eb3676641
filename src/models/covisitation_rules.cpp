#include "models/covisitation_rules.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "data/decay.hpp"

namespace vitrina::models {

void PairDecays::fill(std::span<const StepPair> pairs, std::span<const double> half_lives_days) {
  distances_.resize(pairs.size());
  std::transform(pairs.begin(), pairs.end(), distances_.begin(),
                 [](const StepPair& pair) { return pair.distance(); });
  decays_.resize(half_lives_days.size() * pairs.size());
  for (std::size_t h = 0; h < half_lives_days.size(); ++h) {
    decay_all(distances_, half_lives_days[h],
              std::span(decays_).subspan(h * pairs.size(), pairs.size()));
  }
}

PairRules::PairRules(std::span<const CovisitationSpec> specs, TimeUs as_of) {
  for (const auto& spec : specs) {
    if (spec.last_days > 0) since_.push_back(as_of - from_days(spec.last_days));
  }
  std::sort(since_.begin(), since_.end());
  since_.erase(std::unique(since_.begin(), since_.end()), since_.end());
  VITRINA_CHECK(since_.size(), <=, StepPair::kMaxSince);
  for (const auto& spec : specs) add(spec, as_of);
}

void PairRules::add(const CovisitationSpec& spec, TimeUs as_of) {
  Rule rule{.window = from_days(spec.window_days),
            .half_life = kNoHalfLife,
            .max_places =
                spec.max_places > 0 ? spec.max_places : std::numeric_limits<std::uint32_t>::max(),
            .since = 0,
            .is_by_places = spec.max_places > 0,
            .from_visit_start = spec.from_visit_start};
  if (spec.last_days > 0) {
    const auto it = std::find(since_.begin(), since_.end(), as_of - from_days(spec.last_days));
    rule.since = static_cast<std::uint32_t>(it - since_.begin()) + 1;
  }
  if (spec.half_life_hours > 0) {
    const double days = spec.half_life_hours / 24;
    const auto it = std::find(half_lives_.begin(), half_lives_.end(), days);
    rule.half_life = static_cast<std::size_t>(it - half_lives_.begin());
    if (it == half_lives_.end()) half_lives_.push_back(days);
  }
  const auto matrix = static_cast<std::uint32_t>(rules_.size());
  rules_.push_back(rule);
  for (std::uint32_t from = 0; from < kStepKindCount; ++from) {
    for (std::uint32_t to = 0; to < kStepKindCount; ++to) {
      if (!has_kind(spec.from, from) || !has_kind(spec.to, to)) continue;
      for (const bool is_forward : {false, true}) {
        if (spec.is_directed && !is_forward) continue;
        auto& group = groups_[group_of(from, to, is_forward)];
        group.matrices.push_back(matrix);
        group.reach = std::max(group.reach, rule.window);
      }
      reach_[from] = std::max(reach_[from], rule.window);
      reach_[to] = std::max(reach_[to], rule.window);
    }
  }
}

}  // namespace vitrina::models
