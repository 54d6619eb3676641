#pragma once

#include <cstddef>

#include "bundle/bundle.hpp"
#include "core/progress.hpp"
#include "core/time.hpp"
#include "data/shop.hpp"

namespace vitrina::bundle {

/// What the caller insists on: each turns a refusal into a warning.
struct Permissions {
  bool allow_future = false;  ///< a bundle that learned from events after the moment
  bool force_bundle = false;  ///< a bundle that knows next to none of the shop's products
};

/// How many distinct products the events of the last kProductDays before the shop's end name, and
/// how many of them the bundle has.
struct KnownProducts {
  std::size_t named = 0;
  std::size_t known = 0;
};
inline constexpr int kProductDays = 7;
KnownProducts known_products(const Bundle& bundle, const Shop& shop);

/// Whether the bundle may answer for the shop as of the moment that the answer is made as of, which
/// may be earlier than the one asked for. Refuses one before the bundle stopped learning, and a
/// shop of whose products it knows under a tenth; under half is a warning. Throws
/// Error(kIncompatibleArtifact).
void check_fit(const Bundle& bundle, const Shop& shop, TimeUs as_of, Permissions permissions,
               Progress& progress);

}  // namespace vitrina::bundle
