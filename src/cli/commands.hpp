#pragma once

#include <string_view>
#include <vector>

#include "command/command.hpp"

namespace vitrina::cli {

/// Every subcommand: those of program/table.hpp, then those that only the program has.
const std::vector<command::Command>& commands();

/// The row of a name. Throws Error(kUsage) naming the nearest one.
const command::Command& find_command(std::string_view name);

command::Command serve_command();
command::Command export_command();
command::Command forget_command();

}  // namespace vitrina::cli
