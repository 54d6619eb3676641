#pragma once

#include <vector>

#include "bundle/rules.hpp"
#include "command/command.hpp"

namespace vitrina::pipeline {

/// Whom and what the files of --only-users, --exclude-users and --exclude-products, and
/// --only-listed allow. Throws Error(kBadData) where --only-users names nobody.
bundle::IdRules read_id_rules(const command::Context& context);

/// The options above and the size of the answer, for the stages that take them.
std::vector<command::Option> answer_options();

}  // namespace vitrina::pipeline
