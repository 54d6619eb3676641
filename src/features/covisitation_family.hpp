#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// Sum and maximum of the neighbour weights of every matrix of the co-visitation family.
std::vector<ColumnInfo> covisitation_family_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_covisitation_family_group(const FeatureContext& context);

}  // namespace vitrina::features
