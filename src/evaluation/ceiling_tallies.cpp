#include "evaluation/ceiling_tallies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "candidates/generator.hpp"
#include "core/parallel.hpp"
#include "data/purchases.hpp"
#include "engine/engine.hpp"
#include "features/feature_group.hpp"
#include "models/model_set.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::evaluation {
namespace {

constexpr std::size_t kBuyersAtOnce = 16;

ParamMap without_features(ParamMap params) {
  for (const auto& row : features::registry()) {
    params[row.section() + ".enabled"] = "false";
  }
  return params;
}

/// Every generator on, with lists as long as asked for.
ParamMap everything_on(ParamMap params, std::size_t longest) {
  for (const auto& row : candidates::registry()) {
    const auto section = row.section();
    params[section + ".enabled"] = "true";
    params[section + ".limit"] = fmt::to_string(longest);
  }
  return params;
}

CeilingTallies empty_tallies(const std::vector<std::string>& all,
                             const std::vector<std::string>& on, std::size_t n_ks) {
  const std::vector<metrics::CeilingTally> nothing(n_ks);
  CeilingTallies tallies{.generators = {},
                         .all = {"all generators", false, nothing},
                         .on = {"generators that are on", true, nothing},
                         .candidates = {}};
  for (const auto& name : all) {
    const bool is_on = std::find(on.begin(), on.end(), name) != on.end();
    tallies.generators.push_back({name, is_on, nothing});
  }
  return tallies;
}

/// The first `k` products of some lists together.
class Union {
 public:
  void add(std::span<const ItemIdx> list) { items_.insert(items_.end(), list.begin(), list.end()); }
  std::span<const ItemIdx> distinct() {
    std::sort(items_.begin(), items_.end());
    items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
    return items_;
  }

 private:
  std::vector<ItemIdx> items_;
};

std::vector<ItemIdx> touched_items(const UserHistory& history) {
  std::vector<ItemIdx> items;
  items.reserve(history.touches.size());
  for (const auto& touch : history.touches) items.push_back(touch.item);
  return items;
}

/// The generators at one cut: all of them, and those of the parameters given.
struct Engines {
  const engine::Engine& all;
  const engine::Engine& given;
};

void add_buyer(const Engines& engines, const LogQueries& queries, UserIdx user,
               std::span<const ItemIdx> bought, std::span<const std::size_t> ks,
               CeilingTallies& tallies) {
  Scratch scratch;
  engine::UserBlock block;
  const auto query = queries.of(user, block.merged);
  std::vector<std::vector<ItemIdx>> lists(tallies.generators.size());
  if (queries.log.before(user, queries.as_of).empty()) {
    ++tallies.unknown_buyers;
  } else {
    engines.given.candidates(query, block, scratch);
    for (std::size_t g = 0; g < lists.size(); ++g) {
      for (const auto& entry : engines.all.generate(g, query, block.history, scratch))
        lists[g].push_back(entry.id);
    }
  }
  const auto touched = touched_items(block.history);
  for (std::size_t i = 0; i < ks.size(); ++i) {
    Union all;
    Union on;
    for (std::size_t g = 0; g < lists.size(); ++g) {
      const auto first = std::span(lists[g]).first(std::min(ks[i], lists[g].size()));
      tallies.generators[g].by_k[i].add(bought, touched, first);
      all.add(first);
      if (tallies.generators[g].is_on) on.add(first);
    }
    tallies.all.by_k[i].add(bought, touched, all.distinct());
    tallies.on.by_k[i].add(bought, touched, on.distinct());
  }
  tallies.candidates.add(bought, touched, block.item);
}

}  // namespace

void CeilingRow::add(const CeilingRow& other) {
  for (std::size_t i = 0; i < by_k.size(); ++i) by_k[i].add(other.by_k[i]);
}

void CeilingTallies::add(const CeilingTallies& other) {
  for (std::size_t g = 0; g < generators.size(); ++g) generators[g].add(other.generators[g]);
  all.add(other.all);
  on.add(other.on);
  candidates.add(other.candidates);
  unknown_buyers += other.unknown_buyers;
}

CeilingTallies tally_ceilings(const models::FitContext& fit, TimeUs to,
                              std::span<const std::size_t> ks, const ParamMap& params,
                              Progress& progress) {
  const auto given = without_features(params);
  const auto all = everything_on(given, *std::max_element(ks.begin(), ks.end()));
  const auto models = models::fit_models(fit, engine::needed_models(all), params, progress);
  const engine::Engine engine_of_all(fit.shop, models, all);
  const engine::Engine engine_as_given(fit.shop, models, given);
  const LogQueries queries{fit.shop.events, fit.as_of, selection::read_choose(given).limits().k};
  const auto bought = purchases_between(fit.shop.events, fit.as_of, to);
  const auto nothing =
      empty_tallies(engine_of_all.generator_names(), engine_as_given.generator_names(), ks.size());
  // a tally a chunk, added in order, so that the sums have one order
  std::vector<CeilingTallies> by_chunk((bought.n_buyers() + kBuyersAtOnce - 1) / kBuyersAtOnce,
                                       nothing);
  parallel_chunks(bought.n_buyers(), kBuyersAtOnce, fit.threads,
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t b = begin; b < end; ++b) {
                      add_buyer({engine_of_all, engine_as_given}, queries, bought.buyers[b],
                                bought.items.row(b), ks, by_chunk[begin / kBuyersAtOnce]);
                    }
                  });
  auto sum = nothing;
  for (const auto& tallies : by_chunk) sum.add(tallies);
  return sum;
}

}  // namespace vitrina::evaluation
