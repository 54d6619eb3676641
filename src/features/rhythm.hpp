#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// The user's own calendar: how often and how regularly they buy, on which days, how much.
std::vector<ColumnInfo> rhythm_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_rhythm_group(const FeatureContext& context);

}  // namespace vitrina::features
