#include "metrics/ceiling_tally.hpp"

#include <algorithm>
#include <limits>

namespace vitrina::metrics {
namespace {

double ratio(double sum, std::uint64_t n) {
  return n == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(n);
}

bool holds(std::span<const ItemIdx> ascending, ItemIdx item) {
  return std::binary_search(ascending.begin(), ascending.end(), item);
}

}  // namespace

void CeilingTally::add(std::span<const ItemIdx> bought_items, std::span<const ItemIdx> touched,
                       std::span<const ItemIdx> list) {
  const auto is_new = [&](ItemIdx item) { return !holds(touched, item); };
  std::uint64_t n_found = 0;
  for (const auto item : list) {
    if (!holds(bought_items, item)) continue;
    ++n_found;
    found_new += is_new(item) ? 1 : 0;
  }
  buyers += 1;
  bought += bought_items.size();
  bought_new +=
      static_cast<std::uint64_t>(std::count_if(bought_items.begin(), bought_items.end(), is_new));
  found += n_found;
  listed += list.size();
  recall_sum += static_cast<double>(n_found) / static_cast<double>(bought_items.size());
}

void CeilingTally::add(const CeilingTally& other) {
  buyers += other.buyers;
  bought += other.bought;
  found += other.found;
  bought_new += other.bought_new;
  found_new += other.found_new;
  listed += other.listed;
  recall_sum += other.recall_sum;
}

double CeilingTally::share_of_pairs() const { return ratio(static_cast<double>(found), bought); }

double CeilingTally::share_of_new_pairs() const {
  return ratio(static_cast<double>(found_new), bought_new);
}

double CeilingTally::recall() const { return ratio(recall_sum, buyers); }

double CeilingTally::mean_list() const { return ratio(static_cast<double>(listed), buyers); }

}  // namespace vitrina::metrics
