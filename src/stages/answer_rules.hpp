#pragma once

#include <vector>

#include "bundle/rules.hpp"
#include "stages/stage.hpp"

namespace vitrina::stages {

/// Whom and what the files of --only-users, --exclude-users and --exclude-products, and
/// --only-listed allow. Throws Error(kBadData) where --only-users names nobody.
bundle::IdRules read_id_rules(const StageContext& context);

/// The options above and the size of the answer, for the stages that take them.
std::vector<StageOption> answer_options();

}  // namespace vitrina::stages
