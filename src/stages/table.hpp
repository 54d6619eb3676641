#pragma once

#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "stages/stage.hpp"

namespace vitrina::stages {

/// Every subcommand: the pipeline in its order, then the tools.
const std::vector<Stage>& table();

/// The row of a name. Throws Error(kUsage) naming the nearest one.
const Stage& find(std::string_view name);

/// The sections of all stages, each once, in table order: what params.yaml may hold.
std::vector<SectionInfo> all_sections();

}  // namespace vitrina::stages
