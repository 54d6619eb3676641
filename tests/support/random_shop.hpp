#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "support/events.hpp"

namespace vitrina::test {

/// What a random log is drawn from. Small on purpose: users and products meet often, times tie,
/// rows repeat.
struct RandomShop {
  std::uint64_t seed = 1;
  std::uint64_t n_users = 40;
  std::uint64_t n_items = 30;
  std::uint64_t n_events = 1500;
  double days = 12;
  TimeUs begin = kOpening;
};

/// Events of every action in no order: products on every action, several products a moment,
/// moments without one, purchases minutes after a list, popular products, users of different zeal,
/// exact repeats.
std::vector<Event> random_events(const RandomShop& config);

/// A catalog of most of the products (each sixth is left out, and as many were never seen), with
/// categories (each seventh has none), prices, titles and add dates inside the log.
std::vector<Product> random_catalog(const RandomShop& config);

/// Fisher and Yates.
template <class T>
void shuffle(std::vector<T>& values, Rng& rng) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
}

/// The seeds that property tests run over; one that failed is named by SCOPED_TRACE. The
/// environment variable VITRINA_TEST_SEED replaces them by one.
std::vector<std::uint64_t> property_seeds(std::size_t n);

}  // namespace vitrina::test
