#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/ids.hpp"

namespace vitrina::evaluation {

/// What was proposed to a buyer, a list a generator, best first, and what was bought (ascending).
struct BuyerLists {
  std::vector<std::vector<ItemIdx>> lists;
  std::vector<ItemIdx> bought;
};

/// How much of each generator's list to take.
struct Quotas {
  std::vector<std::size_t> of_generator;
  double recall_a = 0;  ///< of all buyers' unions, if all of them were sent
  double products = 0;  ///< in a union, on average
};

/// Quotas under which a buyer's union has at most `budget` products on average and as much of what
/// was bought as a greedy search finds: quotas grow from nothing by what brings most recall a
/// product, some ranks at a time, until nothing more brings any or fits. Bought pairs weigh as in
/// reading A. Every buyer has as many lists.
Quotas learn_quotas(std::span<const BuyerLists> buyers, double budget);

}  // namespace vitrina::evaluation
