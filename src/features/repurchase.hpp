#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// Whether it is time to buy the product, or something of its category, again.
std::vector<ColumnInfo> repurchase_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_repurchase_group(const FeatureContext& context);

}  // namespace vitrina::features
