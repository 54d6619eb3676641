#include "evaluation/quotas.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace vitrina::evaluation {
namespace {

/// Ranks by which a quota may grow at once: a stretch that brings nothing may hide one that does.
constexpr std::array<std::size_t, 5> kSteps{1, 5, 10, 20, 50};

/// What a buyer's union gains.
struct Gain {
  std::size_t products = 0;
  double recall = 0;

  void add(const Gain& other) {
    products += other.products;
    recall += other.recall;
  }
  /// More recall a product; what costs nothing comes first.
  [[nodiscard]] bool is_better_than(const Gain& other) const {
    return recall * static_cast<double>(other.products) >
           other.recall * static_cast<double>(products);
  }
};

class Search {
 public:
  explicit Search(std::span<const BuyerLists> buyers)
      : buyers_(buyers), unions_(buyers.size()), quotas_(buyers.front().lists.size(), 0) {
    for (const auto& buyer : buyers) {
      for (const auto& list : buyer.lists) longest_ = std::max(longest_, list.size());
    }
  }

  /// Grows the quota that brings most, if one brings anything within `max_products` in all unions.
  bool grow(double max_products) {
    std::optional<Move> best;
    for (std::size_t g = 0; g < quotas_.size(); ++g) {
      Gain gain;
      std::size_t at = quotas_[g];
      for (const auto step : kSteps) {
        const std::size_t to = std::min(quotas_[g] + step, longest_);
        if (to <= at) break;
        gain.add(gain_of(g, at, to));
        at = to;
        if (gain.recall <= 0) continue;
        if (static_cast<double>(sum_.products + gain.products) > max_products) break;
        if (!best || gain.is_better_than(best->gain)) best = Move{g, to, gain};
      }
    }
    if (!best) return false;
    take(*best);
    return true;
  }

  [[nodiscard]] Quotas result() const {
    const auto n = static_cast<double>(buyers_.size());
    return {quotas_, sum_.recall / n, static_cast<double>(sum_.products) / n};
  }

 private:
  struct Move {
    std::size_t generator;
    std::size_t quota;
    Gain gain;
  };

  /// Calls `body(buyer, product)` for the ranks [from, to) of a generator that unions lack.
  template <class Body>
  void for_new(std::size_t generator, std::size_t from, std::size_t to, Body&& body) const {
    for (std::size_t b = 0; b < buyers_.size(); ++b) {
      const auto& list = buyers_[b].lists[generator];
      for (std::size_t r = from; r < std::min(to, list.size()); ++r) {
        if (!unions_[b].contains(list[r].value)) body(b, list[r]);
      }
    }
  }

  [[nodiscard]] Gain gain_of(std::size_t generator, std::size_t from, std::size_t to) const {
    Gain gain;
    for_new(generator, from, to, [&](std::size_t b, ItemIdx item) {
      const auto& bought = buyers_[b].bought;
      ++gain.products;
      if (std::binary_search(bought.begin(), bought.end(), item)) {
        gain.recall += 1 / static_cast<double>(bought.size());
      }
    });
    return gain;
  }

  void take(const Move& move) {
    std::vector<std::pair<std::size_t, std::uint32_t>> added;
    for_new(move.generator, quotas_[move.generator], move.quota,
            [&](std::size_t b, ItemIdx item) { added.emplace_back(b, item.value); });
    for (const auto& [b, item] : added) unions_[b].insert(item);
    quotas_[move.generator] = move.quota;
    sum_.add(move.gain);
  }

  std::span<const BuyerLists> buyers_;
  std::vector<std::unordered_set<std::uint32_t>> unions_;  ///< by buyer
  std::vector<std::size_t> quotas_;
  std::size_t longest_ = 0;
  Gain sum_;
};

}  // namespace

Quotas learn_quotas(std::span<const BuyerLists> buyers, double budget) {
  if (buyers.empty()) return {};
  Search search(buyers);
  const double max_products = budget * static_cast<double>(buyers.size());
  while (search.grow(max_products)) {
  }
  return search.result();
}

}  // namespace vitrina::evaluation
