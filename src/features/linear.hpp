#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// What the linear model says of the product from all that the user touched.
std::vector<ColumnInfo> linear_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_linear_group(const FeatureContext& context);

}  // namespace vitrina::features
