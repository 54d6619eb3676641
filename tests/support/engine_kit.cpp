#include "support/engine_kit.hpp"

#include <stdexcept>

namespace vitrina::test {

ParamMap everything_on() {
  ParamMap params;
  for (const auto& row : candidates::registry()) {
    params[candidates::section_of(row.name) + ".enabled"] = "true";
  }
  for (const auto& row : features::registry()) {
    params[features::section_of(row.name) + ".enabled"] = "true";
  }
  return params;
}

ParamMap small_shop_params() {
  auto params = everything_on();
  params["models.own_history.min_buyers"] = "1";
  params["models.own_history.max_pairs"] = "100000";
  params["models.item2vec.min_count"] = "1";
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

NamedList named(const Shop& shop, std::span<const ScoredItem> list) {
  NamedList names;
  for (const auto& entry : list) names.emplace_back(shop.items.external(entry.id), entry.score);
  return names;
}

std::vector<ScoredItem> propose(const Shop& shop, TimeUs cut, std::string_view generator,
                                UserIdx user, const ParamMap& params) {
  const auto& row = generator_row(generator);
  const auto models = fit_at(shop, cut, row.needs, 1, params);
  const auto made = row.make({shop, models, cut, {}, params});
  std::vector<ScoredItem> list;
  made->generate(read_history(shop.events, user, cut), list);
  return list;
}

const candidates::GeneratorInfo& generator_row(std::string_view name) {
  for (const auto& row : candidates::registry()) {
    if (row.name == name) return row;
  }
  throw std::out_of_range("no generator '" + std::string(name) + "'");
}

}  // namespace vitrina::test
