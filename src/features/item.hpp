#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How the product does in the shop: counts by window, rates, price, age.
std::vector<ColumnInfo> item_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_item_group(const FeatureContext& context);

}  // namespace vitrina::features
