#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How much the visits most like the user's last products point to the product.
std::vector<ColumnInfo> sessions_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_sessions_group(const FeatureContext& context);

}  // namespace vitrina::features
