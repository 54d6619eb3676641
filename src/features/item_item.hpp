#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// Co-visitation and title similarity of the product to the user's last products.
std::vector<ColumnInfo> item_item_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_item_item_group(const FeatureContext& context);

}  // namespace vitrina::features
