#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "models/fit_context.hpp"
#include "models/neighbour_table.hpp"
#include "models/skip_gram.hpp"

namespace vitrina::models {

struct Item2VecConfig {
  SkipGramConfig training;
  int min_count = 5;
  int neighbours = 30;

  void visit(ConfigVisitor& v) {
    v.field("dimensions", training.dimensions, {2, 256}, "length of a product's vector");
    v.field("window", training.window, {1, 100},
            "products of a visit before and after a product that it predicts, at most");
    v.field("negatives", training.negatives, {1, 100},
            "products drawn at random against each product met");
    v.field("epochs", training.epochs, {1, 100}, "times every visit is read");
    v.field("learning_rate", training.learning_rate, {1e-6, 1},
            "length of the first steps; it falls linearly to none");
    v.field("subsample", training.subsample, {0, 1},
            "products with a larger share of the visits' steps are left out now and then; 0: none");
    v.field("noise_power", training.noise_power, {0, 1},
            "random products are drawn with their count to this power");
    v.field("min_count", min_count, {1, 1e6}, "products met less often in visits get no vector");
    v.field("neighbours", neighbours, {1, 1000}, "neighbours kept of each product");
  }
};

/// Products as vectors: item2vec (Barkan and Koenigstein, MLSP 2016), skip-gram with negative
/// sampling over visits. A visit is read as a sentence of the products looked at, liked, put into
/// the basket and ordered, in order of time, the same product once where it repeats at once.
/// Vectors have length 1, so that their inner product is their cosine.
class Item2Vec {
 public:
  Item2Vec() = default;

  static Item2Vec fit(const FitContext& context, const Item2VecConfig& config);

  /// Numbers in a vector: the dimensions, padded with zeros.
  [[nodiscard]] std::size_t stride() const { return stride_; }
  /// The product's vector; empty where it has none.
  [[nodiscard]] std::span<const float> vector(ItemIdx item) const {
    const auto row = item.value < row_of_.size() ? row_of_[item.value] : kNoRow;
    if (row == kNoRow) return {};
    return {vectors_.data() + std::size_t{row} * stride_, stride_};
  }
  /// Cosine of two products' vectors; NaN where one has none.
  [[nodiscard]] float cosine(ItemIdx a, ItemIdx b) const;
  /// The products with the largest cosines above 0.
  [[nodiscard]] std::span<const ScoredItem> neighbours(ItemIdx item) const {
    return table_.of(item);
  }
  /// A user as the mean of the vectors of products of theirs, those without one left out; empty
  /// where none has one. It is not of length 1.
  [[nodiscard]] std::vector<float> mean_vector(std::span<const ItemIdx> items) const;

  void save(ArchiveWriter& out) const;
  static Item2Vec load(const ArchiveReader& in, const ProductSpace& products);

 private:
  static constexpr std::uint32_t kNoRow = 0xffffffffU;

  void index_rows(std::size_t n_items);

  std::size_t stride_ = kLanes;
  std::vector<ItemIdx> items_;         ///< of every row
  std::vector<float> vectors_;         ///< row-major
  std::vector<std::uint32_t> row_of_;  ///< of every product
  NeighbourTable table_;
};

}  // namespace vitrina::models
