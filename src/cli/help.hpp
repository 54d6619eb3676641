#pragma once

#include <string>
#include <vector>

#include "command/command.hpp"

namespace vitrina::cli {

/// `vitrina --help`: the commands of `rows`, where to start, the exit codes.
std::string general_help(const std::vector<command::Command>& rows);

/// `vitrina COMMAND --help`: all that the row says, with the makers of its inputs found in `rows`.
/// Text is the same on every machine: docs/cli.md is made of it.
std::string command_help(const command::Command& command,
                         const std::vector<command::Command>& rows);

}  // namespace vitrina::cli
