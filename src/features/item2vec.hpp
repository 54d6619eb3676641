#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How near the product's vector is to those of the user's last products and of the basket.
std::vector<ColumnInfo> item2vec_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_item2vec_group(const FeatureContext& context);

}  // namespace vitrina::features
