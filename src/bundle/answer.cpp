#include "bundle/answer.hpp"

#include <fmt/format.h>

#include "engine/engine.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::bundle {
namespace {

/// Sets `value` at the indices of the ids; returns how many ids are unknown.
template <class Map, class Flags, class Value>
std::size_t mark(const std::vector<std::string>& ids, const Map& map, Flags& flags, Value value) {
  std::size_t unknown = 0;
  for (const auto& id : ids) {
    if (const auto index = map.find(id)) {
      flags[index->value] = value;
    } else {
      ++unknown;
    }
  }
  return unknown;
}

}  // namespace

AnswerRules resolve(const IdRules& rules, const Shop& shop) {
  AnswerRules resolved;
  if (rules.only_users) {
    resolved.may_send.assign(shop.users.size(), false);
    resolved.unknown_ids += mark(*rules.only_users, shop.users, resolved.may_send, true);
  }
  if (!rules.exclude_users.empty()) {
    if (resolved.may_send.empty()) resolved.may_send.assign(shop.users.size(), true);
    resolved.unknown_ids += mark(rules.exclude_users, shop.users, resolved.may_send, false);
  }
  if (!rules.exclude_products.empty()) {
    resolved.allowed.assign(shop.items.size(), 1);
    resolved.unknown_ids +=
        mark(rules.exclude_products, shop.items, resolved.allowed, std::uint8_t{0});
  }
  return resolved;
}

ShopAnswer answer(const Bundle& bundle, const Shop& shop, const AnswerRules& rules,
                  const ParamMap& params, int threads, Progress& progress) {
  const auto models = bundle.models_for(shop);
  const auto choose = selection::read_choose(params);
  const engine::Engine engine(shop, models, shop.end, rules.allowed, params);
  const auto users = engine::users_to_score(shop, models, shop.end,
                                            read_section<engine::EngineConfig>(params, "engine"),
                                            choose.max_users, choose.k, rules.may_send, threads);
  progress.begin("score users", users.size(), "users");
  auto answer = engine::answer(engine, {bundle.ranker(), *models.own_history}, users,
                               choose.limits(), threads, progress);
  progress.end(fmt::format("{} users chosen", answer.users.size()));
  return {std::move(answer), engine.generator_names()};
}

}  // namespace vitrina::bundle
