#pragma once

#include <filesystem>
#include <vector>

#include "core/params.hpp"

namespace vitrina::command {

/// The parameters of a run: the files in their order, a later one winning, then `overrides`.
/// Every key must be one of `sections`, those of all commands, and every value must fit its field,
/// whether the command that is about to run reads it or not, so that a mistake is found before any
/// work.
/// Throws Error(kMissingInput) for a file that is not there, else Error(kConfig) naming the file.
ParamMap load_params(const std::vector<std::filesystem::path>& files, const ParamMap& overrides,
                     const std::vector<SectionInfo>& sections);

}  // namespace vitrina::command
