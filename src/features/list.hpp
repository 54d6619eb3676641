#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// Ranks of the main features among the user's candidates.
std::vector<ColumnInfo> list_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_list_group(const FeatureContext& context);

}  // namespace vitrina::features
