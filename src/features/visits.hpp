#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How the user came by the product: dwell, what happened since, visits and devices.
std::vector<ColumnInfo> visits_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_visits_group(const FeatureContext& context);

}  // namespace vitrina::features
