#include "stages/answer_rules.hpp"

#include "io/submission.hpp"

namespace vitrina::stages {
namespace {

/// Sets `value` at the indices of the file's ids; returns how many ids are unknown.
template <class Map, class Flags, class Value>
std::size_t mark(const std::string& file, const Map& map, Flags& flags, Value value) {
  std::size_t unknown = 0;
  for (const auto& id : io::read_id_list(file)) {
    if (const auto index = map.find(id)) {
      flags[index->value] = value;
    } else {
      ++unknown;
    }
  }
  return unknown;
}

}  // namespace

AnswerRules read_answer_rules(const StageContext& context, const Shop& shop) {
  AnswerRules rules;
  if (const auto file = context.option("only-users")) {
    rules.may_send.assign(shop.users.size(), false);
    rules.unknown_ids += mark(*file, shop.users, rules.may_send, true);
  }
  if (const auto file = context.option("exclude-users")) {
    if (rules.may_send.empty()) rules.may_send.assign(shop.users.size(), true);
    rules.unknown_ids += mark(*file, shop.users, rules.may_send, false);
  }
  if (const auto file = context.option("exclude-products")) {
    rules.allowed.assign(shop.items.size(), 1);
    rules.unknown_ids += mark(*file, shop.items, rules.allowed, std::uint8_t{0});
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
