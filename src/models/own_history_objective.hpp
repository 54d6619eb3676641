#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/topk.hpp"
#include "data/decay.hpp"
#include "models/fit_context.hpp"
#include "models/own_history_pairs.hpp"

namespace vitrina::models {

/// Recall of the pairs' purchases if a rule chose, averaged over three levels: what will be sent,
/// a tenth of it (the order of customers matters) and a fifth of k (the order of products does).
class OwnHistoryObjective {
 public:
  struct OwnerResult {
    double sum = 0;       ///< of the best k scores: orders the users
    double gain_k = 0;    ///< bought share among the best k
    double gain_few = 0;  ///< among the best k / 5
  };
  using Results = std::vector<OwnerResult>;

  /// `pairs` outlive the objective.
  OwnHistoryObjective(const TouchedPairs& pairs, const FitContext& context);

  /// The actions that occur: the others' weights cannot matter, and trying them costs time.
  [[nodiscard]] const std::vector<std::size_t>& slots() const { return slots_; }

  /// What every owner would be sent by `rule`.
  [[nodiscard]] Results results(const DecayRule& rule) const;

  /// The same from those of a rule that differs in `slot` alone: only owners with such actions can
  /// have another.
  [[nodiscard]] Results results(const DecayRule& rule, std::size_t slot, const Results& base) const;

  /// The recall to be made large, from 0 to 1.
  [[nodiscard]] double value(const Results& results) const;

 private:
  using Ranked = std::vector<Scored<std::uint32_t>>;

  /// How many users and products count as «sent» in one part of the objective.
  struct Level {
    double n_users;
    std::size_t k;
  };

  /// An owner by the sum that orders it among the others.
  struct Place {
    double sum;
    std::size_t owner;

    friend bool operator<(const Place& a, const Place& b) {
      return a.sum != b.sum ? a.sum > b.sum : a.owner < b.owner;
    }
  };

  void find_owners(std::size_t slot);
  /// DecayRule::score() of the pairs from `begin` to `end`, term by term in its order.
  void score_pairs(const DecayRule& rule, std::size_t begin, std::size_t end,
                   std::vector<float>& scores) const;
  [[nodiscard]] OwnerResult result_of(const TouchedPairs::Owner& owner,
                                      std::span<const float> scores, Ranked& scratch) const;
  /// The best owners in order, as many as stand for all that are sent.
  [[nodiscard]] std::vector<Place> best_places(const Results& results,
                                               const TouchedPairs::Window& window) const;
  /// The n best owners, in order.
  [[nodiscard]] static std::vector<Place> best_places(const Results& results,
                                                      const TouchedPairs::Window& window,
                                                      std::size_t n);
  [[nodiscard]] float owner_weight(const Place& place) const {
    return pairs_.owners[place.owner].weight;
  }
  [[nodiscard]] std::array<double, 3> window_gain(const Results& results,
                                                  const TouchedPairs::Window& window) const;

  const TouchedPairs& pairs_;
  std::vector<std::size_t> slots_;
  std::array<std::vector<std::uint32_t>, kProductActionCount> owners_with_;
  int threads_;
  std::array<Level, 3> levels_;
};

}  // namespace vitrina::models
