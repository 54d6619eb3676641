#pragma once

#include <string>
#include <vector>

#include "stages/stage.hpp"

namespace vitrina::cli {

/// `vitrina --help`: the commands of `rows`, where to start, the exit codes.
std::string general_help(const std::vector<stages::Stage>& rows);

/// `vitrina STAGE --help`: all that the row says, with the makers of its inputs found in `rows`.
/// Text is the same on every machine: docs/cli.md is made of it.
std::string stage_help(const stages::Stage& stage, const std::vector<stages::Stage>& rows);

}  // namespace vitrina::cli
