#include "api/similar.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/error.hpp"

namespace vitrina {

std::vector<SimilarProduct> similar_products(const bundle::SimilarProducts& similar,
                                             const std::string& product, int k,
                                             const std::string& by) {
  if (k < 1) {
    throw Error(ErrorCode::kConfig, fmt::format("k: found {}, expected a number from 1 on", k));
  }
  std::vector<SimilarProduct> products;
  for (auto& [id, weight] : similar.of(product, by, static_cast<std::size_t>(k))) {
    products.push_back({std::move(id), weight});
  }
  return products;
}

}  // namespace vitrina
