#include "stages/answer_rules.hpp"

#include "io/submission.hpp"

namespace vitrina::stages {

bundle::IdRules read_id_rules(const StageContext& context) {
  bundle::IdRules rules;
  if (const auto file = context.option("only-users")) rules.only_users = io::read_id_list(*file);
  if (const auto file = context.option("exclude-users")) {
    rules.exclude_users = io::read_id_list(*file);
  }
  if (const auto file = context.option("exclude-products")) {
    rules.exclude_products = io::read_id_list(*file);
  }
  return rules;
}

std::vector<StageOption> answer_options() {
  return {{"--max-users", "N", "customers named at most", false, "choose.max_users"},
          {"--k", "K", "products a customer", false, "choose.k"},
          {"--only-users", "FILE", "name nobody but these users (one id a line)"},
          {"--exclude-users", "FILE", "never name these users"},
          {"--exclude-products", "FILE", "never propose these products"}};
}

}  // namespace vitrina::stages
