#pragma once

#include <cstdint>
#include <vector>

#include "data/shop.hpp"
#include "stages/stage.hpp"

namespace vitrina::stages {

/// Whom and what the files of --only-users, --exclude-users and --exclude-products allow.
struct AnswerRules {
  std::vector<bool> may_send;         ///< by user; empty: everybody
  std::vector<std::uint8_t> allowed;  ///< by product; empty: everything
  std::size_t unknown_ids = 0;        ///< ids of the files that the shop does not know
};

AnswerRules read_answer_rules(const StageContext& context, const Shop& shop);

/// The options above and the size of the answer, for the stages that take them.
std::vector<StageOption> answer_options();

}  // namespace vitrina::stages
