#pragma once

#include <filesystem>

#include "ranking/blend_choice.hpp"

namespace vitrina::pipeline {

/// Writes what `train` chose, and among what, as JSON; no options: nothing was chosen.
void save_blend(const ranking::BlendChoice& choice, const std::filesystem::path& path);

/// The configuration with what was chosen in place of what it says; the same where nothing was.
/// Throws Error(kIncompatibleArtifact) for a file that save_blend() did not write.
ranking::RankerConfig with_blend(const ranking::RankerConfig& config,
                                 const std::filesystem::path& path);

}  // namespace vitrina::pipeline
