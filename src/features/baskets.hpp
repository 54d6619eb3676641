#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// The product among the user's purchase days: on how many of them, how regularly, how long ago.
std::vector<ColumnInfo> baskets_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_baskets_group(const FeatureContext& context);

}  // namespace vitrina::features
