#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/feature_group.hpp"

namespace vitrina::features {

/// How much of the product's title the user has met in other products' titles, word by word.
std::vector<ColumnInfo> words_columns(std::span<const std::string> generator_names);
std::unique_ptr<FeatureGroup> make_words_group(const FeatureContext& context);

}  // namespace vitrina::features
