#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::selection {

/// What a ratio of sums starts from: a set of rows that costs little moves it little.
struct RatioPrior {
  double value = 0;
  double cost = 0;
};

/// The `n` rows with the largest ratio (prior.value + sum of `value`) / (prior.cost + sum of
/// `cost`), ascending: Dinkelbach's method
/// (W. Dinkelbach, On Nonlinear Fractional Programming, Management Science 13(7), 1967). For a
/// ratio r, the best rows are those with the largest value - r * cost; their own ratio is the next
/// r, and where it grows no more it is the largest there is. Ties go to the smaller row. Values
/// and costs are finite and not negative; where all costs are 0 the first rows are taken.
/// Throws Error(kInternal) for others, or for lengths that differ.
inline std::vector<std::size_t> best_ratio(std::span<const double> value,
                                           std::span<const double> cost, std::size_t n,
                                           RatioPrior prior = {}) {
  if (value.size() != cost.size()) {
    throw Error(
        ErrorCode::kInternal,
        fmt::format("choice: {} values but {} costs, expected as many", value.size(), cost.size()));
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    for (const double number : {value[i], cost[i]}) {
      if (std::isfinite(number) && number >= 0) continue;
      throw Error(
          ErrorCode::kInternal,
          fmt::format("choice: row {} has {}, expected a finite number of at least 0", i, number));
    }
  }
  std::vector<std::size_t> order(value.size());
  std::iota(order.begin(), order.end(), 0);
  n = std::min(n, order.size());
  const auto ratio_of_first = [&] {
    // summed by row, so that equal sets have equal ratios
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n));
    double values = prior.value;
    double costs = prior.cost;
    for (std::size_t i = 0; i < n; ++i) {
      values += value[order[i]];
      costs += cost[order[i]];
    }
    return costs > 0 ? values / costs : 0.0;
  };
  std::vector<std::size_t> best(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n));
  double ratio = ratio_of_first();
  while (n > 0 && n < order.size()) {
    const auto gain = [&](std::size_t i) { return value[i] - ratio * cost[i]; };
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n - 1), order.end(),
                     [&](std::size_t a, std::size_t b) {
                       const double gain_a = gain(a);
                       const double gain_b = gain(b);
                       return gain_a != gain_b ? gain_a > gain_b : a < b;
                     });
    const double next = ratio_of_first();
    if (!(next > ratio)) break;
    ratio = next;
    best.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n));
  }
  return best;
}

/// The rows of a choice that are named, in their order.
template <Offer Entry>
Choice<Entry> rows_of(const Choice<Entry>& all, std::span<const std::size_t> rows) {
  Choice<Entry> choice;
  for (const std::size_t row : rows) {
    const auto items = all.items.row(row);
    choice.users.push_back(all.users[row]);
    choice.score_sum.push_back(all.score_sum[row]);
    choice.items.values.insert(choice.items.values.end(), items.begin(), items.end());
    choice.items.offsets.push_back(choice.items.values.size());
  }
  return choice;
}

/// The choice for reading B, mean recall over the buyers among the sent: of the rows of a choice
/// without a limit of users, the `max_users` with the largest sum of w over P(buys), both
/// summed. As many are sent as for reading A: only who they are differs.
///
/// The prior are the first `max_users` rows, the choice for reading A. Without it the best ratio is
/// that of customers who hardly ever buy: next to nothing over next to nothing.
template <Offer Entry>
Choice<Entry> choose_for_ratio(const Choice<Entry>& all, std::span<const double> p_buy,
                               std::size_t max_users) {
  RatioPrior prior;
  for (std::size_t row = 0; row < std::min({max_users, all.users.size(), p_buy.size()}); ++row) {
    prior.value += all.score_sum[row];
    prior.cost += p_buy[row];
  }
  const auto rows = best_ratio(all.score_sum, p_buy, max_users, prior);
  return rows_of(all, std::span(rows));
}

}  // namespace vitrina::selection
