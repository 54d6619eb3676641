#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// What the user did with the product's category, and its share of the user's interest.
std::vector<ColumnInfo> category_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_category_group(const FeatureContext& context);

}  // namespace vitrina::features
