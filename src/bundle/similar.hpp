#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/bundle.hpp"
#include "core/error.hpp"
#include "data/candidate.hpp"
#include "data/shop.hpp"
#include "models/model_set.hpp"

namespace vitrina::bundle {

/// A product and how near it is.
struct Neighbour {
  std::string product;
  float weight = 0;
};

/// The neighbours of a bundle's products, by each of its item-to-item models: the co-visitation
/// matrices by their names, and `titles`. Const methods may be called from several threads.
class SimilarProducts {
 public:
  /// Keeps no copy of the bundle, which must outlive it.
  explicit SimilarProducts(const Bundle& bundle)
      : products_(bundle.products()), models_(bundle.models()) {}

  /// At most `k` neighbours of the product, best first; fewer where the model kept fewer. Throws
  /// Error(kConfig) for a product or a model that the bundle has not.
  [[nodiscard]] std::vector<Neighbour> of(std::string_view product, std::string_view by,
                                          std::size_t k) const;

  /// Throws Error(kConfig) for a model that the bundle has not.
  void check(std::string_view by) const;

  /// All that a model kept of a product's, best first. Throws Error(kConfig) for a model that the
  /// bundle has not.
  [[nodiscard]] std::span<const ScoredItem> neighbours(ItemIdx item, std::string_view by) const;

  /// What `by` may be.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  [[nodiscard]] Error unknown_product(std::string_view product) const;
  [[nodiscard]] Error unknown_model(std::string_view by) const;

  const ProductSpace& products_;
  const models::ModelSet& models_;
};

}  // namespace vitrina::bundle
