#include "models/covisitation_rules.hpp"

#include <limits>
#include <map>
#include <utility>

#include "core/check.hpp"

namespace vitrina::models {
namespace {

template <class T>
void keep_distinct(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <class T>
std::size_t position(const std::vector<T>& values, T value) {
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

}  // namespace

PairRules::PairRules(std::span<const CovisitationSpec> specs, bool with_inflow)
    : n_matrices_(specs.size()),
      width_(specs.size() == 1 ? 1 : (specs.size() + kLanes - 1) / kLanes * kLanes),
      decay_of_(width_, 0) {
  VITRINA_CHECK(specs.size(), >, 0U);
  for (const auto& spec : specs) {
    windows_.push_back(from_days(spec.window_days));
    if (spec.half_life_hours > 0) half_lives_days_.push_back(spec.half_life_hours / 24);
  }
  keep_distinct(windows_);
  keep_distinct(half_lives_days_);
  for (std::size_t m = 0; m < specs.size(); ++m) {
    if (specs[m].half_life_hours == 0) continue;
    const auto h = position(half_lives_days_, specs[m].half_life_hours / 24);
    decay_of_[m] = static_cast<std::uint32_t>(h) + 1;
  }

  using Factors = std::pair<std::vector<double>, std::vector<double>>;  // in the row, flowing in
  std::map<Factors, PairClass> known;
  const auto class_of = [&](const std::vector<double>& in_row, const std::vector<double>& inflow) {
    const auto [it, is_new] =
        known.try_emplace({in_row, inflow}, static_cast<PairClass>(known.size()));
    if (is_new) {
      VITRINA_CHECK(known.size(), <=, std::numeric_limits<PairClass>::max());
      factors_.insert(factors_.end(), in_row.begin(), in_row.end());
      inflow_factors_.insert(inflow_factors_.end(), inflow.begin(), inflow.end());
    }
    return it->second;
  };
  const std::vector<double> nothing(width_, 0);
  (void)class_of(nothing, nothing);  // kNoMatrix

  classes_.reserve(n_cases());
  for (std::size_t i = 0; i < n_cases(); ++i) {
    const auto c = case_of(i);
    std::vector<double> forward(nothing);
    std::vector<double> backward(nothing);
    for (std::size_t m = 0; m < specs.size(); ++m) {
      forward[m] = factor(specs[m], c, true);
      backward[m] = factor(specs[m], c, false);
    }
    classes_.push_back({class_of(forward, with_inflow ? backward : nothing),
                        class_of(backward, with_inflow ? forward : nothing)});
  }
}

PairRules::Case PairRules::case_of(std::size_t index) const {
  const auto take = [&](std::size_t n) {
    const std::size_t digit = index % n;
    index /= n;
    return digit;
  };
  Case c{};
  c.window = take(windows_.size());
  c.later_kind = take(kInterestActionCount);
  c.earlier_kind = take(kInterestActionCount);
  return c;
}

double PairRules::factor(const CovisitationSpec& spec, const Case& c, bool is_forward) const {
  const Action from = kInterestActions[is_forward ? c.earlier_kind : c.later_kind];
  const Action to = kInterestActions[is_forward ? c.later_kind : c.earlier_kind];
  if (!spec.from(from) || !spec.to(to)) return 0;
  if (spec.is_directed && !is_forward) return 0;
  return windows_[c.window] > from_days(spec.window_days) ? 0 : 1;
}

}  // namespace vitrina::models
