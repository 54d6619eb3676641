#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "models/fit_context.hpp"
#include "models/neighbour_table.hpp"

namespace vitrina::models {

struct TitlesConfig {
  int neighbours = 20;
  int max_events = 20;
  int max_word_products = 300;
  int max_compared = 200;

  void visit(ConfigVisitor& v) {
    v.field("neighbours", neighbours, {1, 1000}, "neighbours kept of each product");
    v.field("max_events", max_events, {1, 1e9},
            "a product with more events than this is not cold: others know it without its title");
    v.field("max_word_products", max_word_products, {1, 1e6},
            "words in more cold titles than this say too little to look for neighbours by");
    v.field("max_compared", max_compared, {1, 1e6},
            "cold products compared with a product, those with the rarest words in common first");
  }
};

/// Cold products (few events before `as_of`, but some: what nobody has seen yet may be of the
/// future) with a title like that of a product. Who shares a rare word is found through an
/// inverted index of the words, the nearest of them by the cosine of the title vectors.
class Titles {
 public:
  Titles() = default;

  static Titles fit(const FitContext& context, const TitlesConfig& config) {
    return finish(context, config, map(context, config));
  }

  /// Customers say no more than which products are cold.
  struct Partial {
    std::vector<std::uint64_t> n_events;  ///< before the cut, by product

    void merge(const Partial& other);
  };
  static Partial map(const FitContext& part, const TitlesConfig& config);
  static Titles finish(const FitContext& any, const TitlesConfig& config, const Partial& all);

  /// Cold neighbours of a product with an event before `as_of`, the largest cosine first.
  [[nodiscard]] std::span<const ScoredItem> neighbours(ItemIdx item) const {
    return table_.of(item);
  }

  void save(ArchiveWriter& out) const;
  static Titles load(const ArchiveReader& in, const ProductSpace& products);

 private:
  NeighbourTable table_;
};

}  // namespace vitrina::models
