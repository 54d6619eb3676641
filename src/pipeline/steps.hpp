#pragma once

#include <span>
#include <vector>

#include "command/command.hpp"

namespace vitrina::pipeline {

// A step reads and writes files of the workspace (command/layout.hpp) and knows no other step.
command::Command ingest_command();
command::Command split_command();
command::Command fit_command();
command::Command examples_command();
command::Command train_command();
command::Command evaluate_command();
command::Command refit_command();
command::Command pack_command();
command::Command recommend_command();

/// The steps from a shop's log to an answer, in their order.
const std::vector<command::Command>& steps();

/// Those of them that end in a packed bundle: all but `recommend`.
std::span<const command::Command> bundle_steps();

}  // namespace vitrina::pipeline
