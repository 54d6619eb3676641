#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "ranking/booster.hpp"

namespace vitrina::ranking {

inline constexpr std::size_t kColumns = 9;

struct Growth {
  int leaves;
  std::string params;
};

/// A value of one of the columns' kinds: smooth, few levels, mostly 0, often missing, around 0,
/// huge, constant, 1e-35 and its neighbours.
inline float draw(std::size_t column, Rng& rng) {
  switch (column) {
    case 0:
      return static_cast<float>(rng.normal());
    case 1:
      return static_cast<float>(rng.below(5)) - 2;
    case 2:
      return rng.chance(0.8) ? 0.0F : static_cast<float>(rng.normal());
    case 3:
      return rng.chance(0.4) ? std::nanf("") : static_cast<float>(rng.normal());
    case 4:
      return rng.chance(0.3) ? std::nanf("") : static_cast<float>(rng.below(3)) - 1;
    case 5:
      return static_cast<float>(rng.normal() * 1e30);
    case 6:
      return 7;
    case 7:
      return static_cast<float>((rng.uniform() - 0.5) * 1e-34);
    default:
      return -static_cast<float>(rng.uniform());
  }
}

/// Also what no row of training held: infinities, NaN in every column, both zeros, the tiniest.
inline float draw_any(std::size_t column, Rng& rng) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kRare[] = {0.0F, -0.0F, kInfinity, -kInfinity, 1e-35F, -1e-35F, 1e-40F, -1e-40F};
  if (rng.chance(0.1)) return std::nanf("");
  if (rng.chance(0.2)) return kRare[rng.below(std::size(kRare))];
  return draw(column, rng);
}

struct RandomRows {
  std::vector<float> features;  ///< rows x kColumns
  std::vector<float> label;     ///< of which the features tell something

  [[nodiscard]] std::vector<const float*> starts() const {
    std::vector<const float*> starts;
    for (std::size_t r = 0; r < label.size(); ++r) starts.push_back(features.data() + r * kColumns);
    return starts;
  }
};

inline RandomRows random_rows(std::uint64_t seed) {
  constexpr std::size_t kRows = 1500;
  Rng rng(seed);
  RandomRows rows;
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) rows.features.push_back(draw(c, rng));
    const auto* row = rows.features.data() + r * kColumns;
    const double signal = double{row[0]} + (std::isnan(row[3]) ? 1 : double{row[3]}) +
                          (row[2] == 0 ? 2 : 0) + double{row[1]} * double{row[8]} +
                          (row[7] > 0 ? 1 : 0);
    rows.label.push_back(rng.chance(1 / (1 + std::exp(-signal))) ? 1.0F : 0.0F);
  }
  return rows;
}

inline std::string booster_params(const Growth& growth, std::uint64_t seed) {
  return fmt::format(
      "objective=cross_entropy boost_from_average=false num_leaves={} min_data_in_leaf=3 seed={} "
      "deterministic=true force_col_wise=true verbosity=-1 {}",
      growth.leaves, seed, growth.params);
}

/// Trees that LightGBM grew from random rows.
inline Booster train(const Growth& growth, std::uint64_t seed, int rounds, int threads = 1) {
  const auto rows = random_rows(seed);
  const std::vector<float> weight(rows.label.size(), 1);
  const std::vector<double> init_score(rows.label.size(), 0);
  std::vector<std::string> columns;
  for (std::size_t c = 0; c < kColumns; ++c) columns.push_back(fmt::format("c{}", c));
  return Booster::train({rows.starts(), rows.label, weight, init_score, columns,
                         booster_params(growth, seed), rounds, threads});
}

}  // namespace vitrina::ranking
