#pragma once

#include <string>
#include <vector>

#include "bundle/similar.hpp"
#include "vitrina/types.hpp"

namespace vitrina {

/// What Recommender::similar and Live::similar answer. Throws Error(kConfig).
std::vector<SimilarProduct> similar_products(const bundle::SimilarProducts& similar,
                                             const std::string& product, int k,
                                             const std::string& by);

}  // namespace vitrina
