#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/rng.hpp"

namespace vitrina::simulate {

/// A log-normal number given by its median and the spread of its logarithm.
inline double lognormal(Rng& rng, double median, double spread) {
  return median * std::exp(spread * rng.normal());
}

/// A whole number 0, 1, 2, ... with a geometric law of the given mean.
inline int geometric(Rng& rng, double mean) {
  if (mean <= 0) return 0;
  return static_cast<int>(std::log(1.0 - rng.uniform()) / std::log(mean / (1.0 + mean)));
}

/// A standard Gumbel number: the largest utility plus Gumbel noise is a logit choice.
inline double gumbel(Rng& rng) {
  return -std::log(-std::log(1.0 - rng.uniform() + 1e-300) + 1e-300);
}

/// Running sums of weights: draws an index in proportion, also inside a range of indices.
class WeightedTable {
 public:
  void reserve(std::size_t n) { sums_.reserve(n + 1); }
  void push_back(double weight) { sums_.push_back(sums_.back() + weight); }
  [[nodiscard]] std::size_t size() const { return sums_.size() - 1; }
  [[nodiscard]] double total(std::size_t first, std::size_t n) const {
    return sums_[first + n] - sums_[first];
  }

  /// An index of [first, first + n), n > 0.
  std::size_t draw(Rng& rng, std::size_t first, std::size_t n) const {
    const double wanted = sums_[first] + rng.uniform() * total(first, n);
    const auto begin = sums_.begin() + static_cast<std::ptrdiff_t>(first) + 1;
    const auto found = std::upper_bound(begin, begin + static_cast<std::ptrdiff_t>(n) - 1, wanted);
    return static_cast<std::size_t>(found - sums_.begin()) - 1;
  }
  std::size_t draw(Rng& rng) const { return draw(rng, 0, size()); }

 private:
  std::vector<double> sums_{0.0};
};

}  // namespace vitrina::simulate
