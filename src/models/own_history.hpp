#pragma once

#include <cstdint>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/decay.hpp"
#include "data/user_history.hpp"
#include "models/fit_context.hpp"
#include "models/own_history_pairs.hpp"

namespace vitrina::models {

/// Parameters of learning the own-history rule.
struct OwnHistoryConfig {
  int max_windows = 6;
  int max_pairs = 400'000;
  int min_buyers = 30;
  int passes = 2;

  void visit(ConfigVisitor& v) {
    v.field("max_windows", max_windows, {1, 60},
            "earlier label windows the rule is learned on, newest first");
    v.field("max_pairs", max_pairs, {1000, 1e8},
            "user-product pairs kept for learning; users without a purchase are sampled above it");
    v.field("min_buyers", min_buyers, {0, 1e6},
            "with fewer earlier buyers than this the built-in rule is kept");
    v.field("passes", passes, {1, 10}, "rounds of coordinate search");
  }
};

/// «What you touched you buy»: per action type a weight and a half-life, learned from earlier
/// cuts by coordinate search on the measure itself: recall of the purchases in the label windows
/// before `as_of`, with the customers chosen by the sum of their best k.
class OwnHistory {
 public:
  OwnHistory() = default;

  /// Learns from windows that end at or before `context.as_of`.
  static OwnHistory fit(const FitContext& context, const OwnHistoryConfig& config) {
    return finish(context, config, map(context, config));
  }

  using Partial = TouchedRows;
  static Partial map(const FitContext& part, const OwnHistoryConfig& config) {
    return {part, {.max_windows = config.max_windows, .max_pairs = config.max_pairs}};
  }
  static OwnHistory finish(const FitContext& any, const OwnHistoryConfig& config, Partial&& all);

  /// The touched products with a positive score, best first, `limit` at most.
  [[nodiscard]] std::vector<ScoredItem> rank(const UserHistory& history, std::size_t limit) const;

  /// The sum of the k best positive scores of a user's touched products: how it stands among
  /// users. `scratch` is memory.
  [[nodiscard]] static double strength(const std::vector<ScoredItem>& scores, std::size_t k,
                                       std::vector<ScoredItem>& scratch);

  [[nodiscard]] const DecayRule& rule() const { return rule_; }
  /// Buyers in the windows it was learned on; 0 when the built-in rule was kept.
  [[nodiscard]] std::uint64_t n_buyers() const { return n_buyers_; }

  void save(ArchiveWriter& out) const;
  static OwnHistory load(const ArchiveReader& in, const ProductSpace& products);

 private:
  DecayRule rule_;
  std::uint64_t n_buyers_ = 0;
};

}  // namespace vitrina::models
