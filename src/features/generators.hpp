#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// Score and rank of the product in each generator's list, and the votes.
std::vector<ColumnInfo> generators_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_generators_group(const FeatureContext& context);

}  // namespace vitrina::features
