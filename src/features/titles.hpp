#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How like the product's title is to those of the basket and of the last products.
std::vector<ColumnInfo> titles_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_titles_group(const FeatureContext& context);

}  // namespace vitrina::features
