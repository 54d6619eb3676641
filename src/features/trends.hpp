#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// The product's place in the shop and in its category by windows of days.
std::vector<ColumnInfo> trends_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_trends_group(const FeatureContext& context);

}  // namespace vitrina::features
