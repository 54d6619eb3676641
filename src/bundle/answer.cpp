#include "bundle/answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/engine.hpp"
#include "selection/choose_config.hpp"
#include "selection/ratio_choice.hpp"

namespace vitrina::bundle {
namespace {

/// 1 for the products that may be proposed; empty when all may.
std::vector<std::uint8_t> allowed_items(const selection::Rules& rules) {
  std::vector<std::uint8_t> allowed;
  allowed.reserve(rules.excluded_items.size());
  for (const bool is_excluded : rules.excluded_items) allowed.push_back(is_excluded ? 0 : 1);
  return allowed;
}

/// How many products the answer names, and how many of them the catalog does not list.
void count_products(const Shop& shop, ShopAnswer& answer) {
  const auto& is_listed = shop.catalog.is_listed;
  std::vector<std::uint8_t> is_named(shop.items.size());
  for (const auto& entry : answer.answer.items.values) is_named[entry.id.value] = 1;
  std::size_t n_listed = 0;
  for (std::size_t i = 0; i < is_named.size(); ++i) {
    answer.products_named += is_named[i];
    if (i < is_listed.size()) n_listed += is_named[i] & is_listed[i];
  }
  if (!shop.catalog.lists_any()) return;
  answer.products_not_listed = answer.products_named - n_listed;
}

/// The customers for reading B out of all that were scored.
engine::Answer for_ratio(const engine::Answer& all, const ranking::BuyerCalibration& buyers,
                         std::size_t max_users) {
  std::vector<double> p_buy;
  p_buy.reserve(all.users.size());
  for (const double sum : all.score_sum) {
    p_buy.push_back(buyers.probability(sum));
  }
  return selection::choose_for_ratio(all, p_buy, max_users);
}

}  // namespace

ShopAnswer answer(const Generation& generation, const Shop& shop, TimeUs as_of,
                  const selection::Rules& rules, const ParamMap& params, int threads,
                  Progress& progress) {
  const auto& models = generation.bundle().models();
  const auto choose = selection::read_choose(params);
  const auto allowed = allowed_items(rules);
  std::optional<engine::Engine> own;
  if (!generation.fits(shop)) own.emplace(shop, models, params);
  const auto& engine = own ? *own : generation.engine();
  const LogQueries queries{shop.events, as_of, choose.limits().k, {.allowed = allowed}};
  const auto limit = engine::max_scored_users(read_section<engine::EngineConfig>(params, "engine"),
                                              choose.max_users);
  const auto users = engine::users_to_score(queries, *models.own_history, limit, rules, threads);
  progress.begin("score users", users.size(), "users");
  auto max_users = choose.limits().max_users;
  if (choose.is_for_ratio()) max_users = users.size();
  auto answer = engine::answer(engine, generation.scorer(), queries, users, max_users, rules,
                               threads, progress);
  if (choose.is_for_ratio())
    answer = for_ratio(answer, generation.bundle().buyers_at(as_of), choose.limits().max_users);
  progress.end(fmt::format("{} users chosen", answer.users.size()));
  ShopAnswer done{.answer = std::move(answer), .generator_names = engine.generator_names()};
  count_products(shop, done);
  return done;
}

}  // namespace vitrina::bundle
