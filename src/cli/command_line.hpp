#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/progress.hpp"
#include "command/command.hpp"

namespace vitrina::cli {

/// What the command line of one command says.
struct CommandLine {
  bool is_help = false;  ///< then nothing else was looked at
  bool is_list_io = false;
  bool is_dry_run = false;
  ProgressMode progress = ProgressMode::kAuto;
  std::filesystem::path timing_file;  ///< of --timing; empty when it was not given
  std::vector<std::filesystem::path> params_files;
  ParamMap overrides;        ///< of --set, then of the options that set a parameter
  command::Context context;  ///< without params, progress and out
  /// The options that another command needs to meet the same files and parameters, as typed.
  std::string same_options;
};

/// The options that every command has, for help and documentation.
std::span<const command::Option> shared_options();

/// Reads the words after the name of the command. Throws Error(kUsage) that names the option and
/// says where help is. The environment variable VITRINA_THREADS stands for --threads.
CommandLine parse_command_line(const command::Command& command,
                               const std::vector<std::string>& words);

}  // namespace vitrina::cli
