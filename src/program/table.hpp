#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "command/command.hpp"
#include "core/params.hpp"

namespace vitrina::program {

/// Every subcommand: the pipeline in its order, then the tools.
const std::vector<command::Command>& table();

/// The row of a name. Throws Error(kUsage) naming the nearest one.
const command::Command& find(std::string_view name);
/// The same among other rows.
const command::Command& find(std::string_view name, const std::vector<command::Command>& rows);

/// The rows from a shop's log to a packed bundle, in their order.
std::span<const command::Command> bundle_steps();

/// The sections of all rows, each once, in table order: what params.yaml may hold.
std::vector<SectionInfo> all_sections();

}  // namespace vitrina::program
