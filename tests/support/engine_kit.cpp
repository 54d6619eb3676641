#include "support/engine_kit.hpp"

#include <stdexcept>

namespace vitrina::test {

ParamMap everything_on() {
  ParamMap params;
  for (const auto& row : candidates::registry()) {
    params[row.section() + ".enabled"] = "true";
  }
  for (const auto& row : features::registry()) {
    params[row.section() + ".enabled"] = "true";
  }
  return params;
}

ParamMap small_shop_params() {
  auto params = everything_on();
  params["models.own_history.min_buyers"] = "1";
  params["models.own_history.max_pairs"] = "100000";
  params["models.repurchase.min_days"] = "0";
  return params;
}

const std::vector<models::ModelKind>& all_models() {
  static const auto kKinds = [] {
    std::vector<models::ModelKind> kinds;
    for (const auto& row : models::registry()) kinds.push_back(row.kind);
    return kinds;
  }();
  return kKinds;
}

models::ModelSet fit_at(const Shop& shop, TimeUs cut, std::span<const models::ModelKind> wanted,
                        int threads, const ParamMap& params) {
  SilentProgress progress;
  const models::FitContext context{shop, cut, kUsPerDay, 60, 10, threads};
  return models::fit_models(context, wanted, params, progress);
}

OwnedHistory history_of(const EventLog& log, UserIdx user, TimeUs as_of) {
  OwnedHistory history;
  read_history(events_before(log, user, as_of, history.merged), as_of, history);
  return history;
}

engine::UserBlock block_of(const engine::Engine& engine, const Shop& shop, TimeUs cut, UserIdx user,
                           std::span<const std::uint8_t> allowed, std::size_t k) {
  Scratch scratch;
  engine::UserBlock block;
  const LogQueries queries{shop.events, cut, k, {.allowed = allowed}};
  engine.candidates(queries.of(user, block.merged), block, scratch);
  engine.features(block, scratch);
  return block;
}

std::vector<ScoredItem> list_of(const engine::Engine& engine, std::size_t generator,
                                const UserHistory& history) {
  Scratch scratch;
  const Query query{history.events, history.as_of, {}, 25};
  return engine.generate(generator, query, history, scratch);
}

NamedList named(const Shop& shop, std::span<const ScoredItem> list) {
  NamedList names;
  for (const auto& entry : list) names.emplace_back(shop.items.external(entry.id), entry.score);
  return names;
}

std::vector<ScoredItem> propose(const Shop& shop, TimeUs cut, std::string_view generator,
                                UserIdx user, const ParamMap& params) {
  const auto& row = generator_row(generator);
  const auto models = fit_at(shop, cut, row.needs, 1, params);
  const auto made = row.make({shop, models}, params);
  const auto history = history_of(shop.events, user, cut);
  Scratch scratch;
  std::vector<ScoredItem> list;
  made->generate({history.events, cut, {}, 0}, history, list, scratch);
  return list;
}

const candidates::GeneratorInfo& generator_row(std::string_view name) {
  for (const auto& row : candidates::registry()) {
    if (row.name == name) return row;
  }
  throw std::out_of_range("no generator '" + std::string(name) + "'");
}

}  // namespace vitrina::test
