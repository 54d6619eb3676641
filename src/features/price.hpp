#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// Where the product's price stands: in its category, against what the user looked at, put into
/// baskets and bought, and how the user takes to discounts.
std::vector<ColumnInfo> price_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_price_group(const FeatureContext& context);

}  // namespace vitrina::features
