#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// What others bought after the category pages and searches that the user opened last.
std::vector<ColumnInfo> after_page_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_after_page_group(const FeatureContext& context);

}  // namespace vitrina::features
