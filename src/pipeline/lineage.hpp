#pragma once

#include <filesystem>
#include <string_view>

#include "command/command.hpp"
#include "pipeline/folds.hpp"

namespace vitrina::pipeline {

/// The folds of the workspace, which are those of its shop. Throws Error(kIncompatibleArtifact)
/// where they were decided for another one, and as load_folds().
Folds folds_of_shop(const command::Context& context);

/// Writes into the folder of a stage's files which folds, and so which shop, they were made of.
void write_made_of(const std::filesystem::path& folder, const Folds& folds);

/// Throws Error(kIncompatibleArtifact) where the files of the folder were made of other folds than
/// these: a stage before has run since `stage`, which makes them. What is learned from a longer
/// log, or from another shop, would be taken for this one's.
void check_made_of(const std::filesystem::path& folder, const Folds& folds, std::string_view stage);

}  // namespace vitrina::pipeline
