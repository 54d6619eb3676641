#include "pipeline/answer_rules.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/submission.hpp"

namespace vitrina::pipeline {

bundle::IdRules read_id_rules(const command::Context& context) {
  bundle::IdRules rules;
  if (const auto file = context.option("only-users")) {
    rules.only_users = io::read_id_list(*file, "user_id");
    if (rules.only_users->empty()) {
      throw Error(ErrorCode::kBadData,
                  fmt::format("{}: found no id, expected one user a line", printable(*file)));
    }
  }
  if (const auto file = context.option("exclude-users")) {
    rules.exclude_users = io::read_id_list(*file, "user_id");
  }
  if (const auto file = context.option("exclude-products")) {
    rules.exclude_products = io::read_id_list(*file, "product_id");
  }
  rules.only_listed = context.option("only-listed").has_value();
  return rules;
}

std::vector<command::Option> answer_options() {
  return {{"--max-users", "N", "customers named at most", false, "choose.max_users"},
          {"--k", "K", "products a customer", false, "choose.k"},
          {"--only-users", "FILE", "name nobody but these users (one id a line)"},
          {"--exclude-users", "FILE", "never name these users"},
          {"--exclude-products", "FILE", "never propose these products"},
          {"--only-listed", "",
           "propose only products that the catalog lists (the bundle's own catalog where the log's "
           "folder has none); not with --as-of, the catalog being a snapshot of later"}};
}

}  // namespace vitrina::pipeline
