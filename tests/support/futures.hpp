#pragma once

#include <string>
#include <vector>

#include "support/random_shop.hpp"

namespace vitrina::test {

/// One way in which what happens at or after a cut may differ from what the log holds.
struct Future {
  std::string name;
  std::vector<Event> events;
  std::vector<Product> products;
};

/// The same past with other futures: none; the same events at shuffled times; many events more,
/// of known and of new users and products; other add dates or prices in the catalog. Nothing that
/// is as of `cut` may tell them apart.
std::vector<Future> other_futures(const std::vector<Event>& events,
                                  const std::vector<Product>& products, TimeUs cut,
                                  std::uint64_t seed);

/// Events of known users and products only, so that the shop's dense ids stay the same.
std::vector<Event> with_more_events(const std::vector<Event>& events, TimeUs cut,
                                    std::uint64_t seed);

}  // namespace vitrina::test
