#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "data/shop.hpp"

namespace vitrina::pipeline {

/// A moment in the middle of a visit, and what the customer put into the basket or ordered in that
/// very second.
struct VisitMoment {
  UserIdx user;
  TimeUs as_of = 0;             ///< what came before it is known
  std::vector<ItemIdx> wanted;  ///< ascending, distinct
  std::uint64_t hash = 0;       ///< of the customer's external id and the moment
};

/// The moments in [from, to) at which a customer wanted something, at most `limit`, drawn by their
/// hash, and of one customer so many as read 100,000 events together, or one; the last event before
/// must be of the same visit, of an earlier second. By user, then time.
std::vector<VisitMoment> visit_moments(const Shop& shop, TimeUs from, TimeUs to, std::size_t limit,
                                       std::uint64_t seed);

}  // namespace vitrina::pipeline
