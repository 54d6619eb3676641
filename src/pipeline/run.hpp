#pragma once

#include "command/command.hpp"

namespace vitrina::pipeline {

command::Command run_command();

}  // namespace vitrina::pipeline
