#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/generation.hpp"
#include "core/time.hpp"
#include "live/reasons.hpp"
#include "live/rules.hpp"

namespace vitrina::live {

/// Who asks, and for what. With both ids the events of both count: a customer who signed in during
/// a visit. With neither, nothing is known of who asks.
struct Request {
  std::string_view user = {};
  std::string_view visit = {};
  TimeUs as_of = 0;                                       ///< events before it count
  std::size_t k = 0;                                      ///< products that are wanted
  std::span<const std::string> exclude = {};              ///< products never proposed
  std::optional<std::span<const std::string>> only = {};  ///< where given, no others are
  bool excludes_touched = false;                          ///< nothing that is among the events
  HistoryRules history = {};                              ///< nothing that these exclude
  CatalogRules catalog = {};                              ///< and nothing but what these allow
  /// A product, and the models by which its neighbours are named first, in turn.
  std::string_view beside = {};
  std::span<const std::string> by = {};
  /// At most so many of the products are among the events, while there are others.
  std::size_t max_touched = std::numeric_limits<std::size_t>::max();
  bool explains = false;  ///< says why each product that the engine ranks has its score
};

struct Product {
  std::string id;
  float score = 0;                 ///< w (selection::Offer), or the weight of a neighbour
  std::string_view source;         ///< generator that ranked it best, or the model (Request::by)
  std::optional<Reasons> reasons;  ///< where the request explains; not of a neighbour
};

/// An answer and who gave it.
struct Reply {
  std::shared_ptr<const bundle::Generation> generation;
  std::vector<Product> products;  ///< best first; k of them where so many may be proposed
  std::size_t n_neighbours = 0;   ///< the first of them, whose scores are no w
  double score_sum = 0;           ///< of w, over the others
  /// Of w, over the bundle's k products that have most of it, whatever was asked for; none where
  /// neighbours are all of the answer.
  std::optional<double> best_sum = {};
  bool has_history = false;  ///< whether any event counted
};

}  // namespace vitrina::live
