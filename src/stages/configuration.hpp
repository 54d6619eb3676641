#pragma once

#include <filesystem>
#include <vector>

#include "core/params.hpp"

namespace vitrina::stages {

/// The parameters of a run: the files in their order, a later one winning, then `overrides`.
/// Every key must be known to a stage and every value must fit its field, whether the stage that
/// is about to run reads it or not, so that a mistake is found before any work.
/// Throws Error(kMissingInput) for a file that is not there, else Error(kConfig) naming the file.
ParamMap load_params(const std::vector<std::filesystem::path>& files, const ParamMap& overrides);

}  // namespace vitrina::stages
