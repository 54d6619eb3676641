#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How active the user is: counts, visits, ages, basket, hour and weekday of the cut.
std::vector<ColumnInfo> user_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_user_group(const FeatureContext& context);

}  // namespace vitrina::features
