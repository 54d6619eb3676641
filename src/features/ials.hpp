#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How near the product's vector of matrix factorisation is to the user's and to those of the last
/// products.
std::vector<ColumnInfo> ials_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_ials_group(const FeatureContext& context);

}  // namespace vitrina::features
