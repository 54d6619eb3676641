#pragma once

#include <vector>

#include "command/command.hpp"
#include "core/params.hpp"

namespace vitrina::tools {

// What stands beside the pipeline: each subcommand is the source file of its name.
command::Command backtest_command();
command::Command baselines_command();
command::Command catalog_command();
command::Command ceilings_command();
command::Command check_data_command();
command::Command check_submission_command();
command::Command compare_buyers_command();
command::Command features_command();
command::Command importance_command();
command::Command replay_command();
command::Command score_command();
command::Command similar_command();
command::Command simulate_command();
command::Command summary_command();

/// `sections` are those of all subcommands.
command::Command params_command(std::vector<SectionInfo> sections);

}  // namespace vitrina::tools
