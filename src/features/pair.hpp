#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// What the user did with the product: decayed sums, counts, ages, basket state.
std::vector<ColumnInfo> pair_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_pair_group(const FeatureContext& context);

}  // namespace vitrina::features
