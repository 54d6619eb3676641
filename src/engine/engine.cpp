#include "engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "data/places.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::engine {
namespace {

/// Every section of both registries has this switch; its default is the row's own matter.
bool is_enabled(const ParamMap& params, const SectionInfo& section) {
  bool enabled = true;
  for (const auto& field : section.fields) {
    if (field.name == "enabled") enabled = field.default_value == "true";
  }
  FieldAssigner(params, section.name).field("enabled", enabled, "");
  return enabled;
}

SectionInfo section_of(const candidates::GeneratorInfo& row) {
  return {candidates::section_of(row.name), row.fields()};
}

SectionInfo section_of(const features::FeatureGroupInfo& row) {
  return {features::section_of(row.name), row.fields()};
}

/// 1 for every product whose last event is before `moment`, or that has none.
std::vector<std::uint8_t> silent_products(const models::Popularity& popularity, TimeUs moment) {
  std::vector<std::uint8_t> silent(popularity.n_items());
  for (std::size_t i = 0; i < silent.size(); ++i) {
    silent[i] = popularity.stats(ItemIdx(i)).last < moment ? 1 : 0;
  }
  return silent;
}

}  // namespace

std::vector<SectionInfo> engine_sections() {
  std::vector<SectionInfo> sections{{"engine", describe<EngineConfig>()},
                                    {"candidates", describe<CandidatesConfig>()}};
  for (const auto& row : candidates::registry()) sections.push_back(section_of(row));
  for (const auto& row : features::registry()) sections.push_back(section_of(row));
  return sections;
}

std::vector<models::ModelKind> needed_models(const ParamMap& params) {
  // own history always: it chooses whom to score and is the base of every score
  std::set<models::ModelKind> kinds{models::ModelKind::kOwnHistory};
  for (const auto& row : candidates::registry()) {
    if (is_enabled(params, section_of(row))) {
      kinds.insert(row.needs.begin(), row.needs.end());
    }
  }
  for (const auto& row : features::registry()) {
    if (is_enabled(params, section_of(row))) {
      kinds.insert(row.needs.begin(), row.needs.end());
    }
  }
  if (read_section<CandidatesConfig>(params, "candidates").drop_silent_days > 0) {
    kinds.insert(models::ModelKind::kPopularity);  // knows when a product was touched last
  }
  return {kinds.begin(), kinds.end()};
}

Engine::Engine(const Shop& shop, const models::ModelSet& models, TimeUs as_of,
               std::span<const std::uint8_t> allowed, const ParamMap& params)
    : shop_(shop), as_of_(as_of) {
  const auto k = selection::read_choose(params).limits().k;
  const auto config = read_section<EngineConfig>(params, "engine");
  max_candidates_ = std::max(static_cast<std::size_t>(config.max_candidates), k);
  const auto days = read_section<CandidatesConfig>(params, "candidates").drop_silent_days;
  if (days > 0) silent_ = silent_products(*models.popularity, as_of - from_days(days));
  for (const auto& row : candidates::registry()) {
    if (!is_enabled(params, section_of(row))) continue;
    generator_names_.emplace_back(row.name);
    generators_.push_back(row.make({shop, models, as_of, allowed, params, k, silent_}));
  }
  if (generators_.empty()) {
    throw Error(ErrorCode::kConfig, "candidates: every generator is switched off; enable one");
  }
  for (const auto& row : features::registry()) {
    if (!is_enabled(params, section_of(row))) continue;
    groups_.push_back({row.make({shop, models, as_of, generator_names_}), column_names_.size()});
    for (const auto& column : row.columns(generator_names_)) {
      column_names_.push_back(fmt::format("{}__{}", row.name, column.name));
    }
  }
}

void Engine::candidates(UserIdx user, UserBlock& block) const {
  block.history = read_history(shop_.events, user, as_of_);
  std::vector<std::vector<ScoredItem>> lists(generators_.size());
  for (std::size_t g = 0; g < generators_.size(); ++g) {
    generators_[g]->generate(block.history, lists[g]);
  }
  merge(lists, block);
  block.features.clear();
}

/// Takes turns: every generator's best, then every second best, until the union is full.
void Engine::merge(const std::vector<std::vector<ScoredItem>>& lists, UserBlock& block) const {
  const std::size_t n_generators = lists.size();
  std::size_t n_proposed = 0;
  for (const auto& list : lists) n_proposed += list.size();
  ItemPlaces taken(std::min(n_proposed, max_candidates_));
  block.item.clear();
  bool is_more = true;
  for (std::size_t rank = 0; is_more && taken.size() < max_candidates_; ++rank) {
    is_more = false;
    for (const auto& list : lists) {
      if (rank >= list.size() || taken.size() == max_candidates_) continue;
      is_more = true;
      if (taken.add(list[rank].id) == block.item.size()) block.item.push_back(list[rank].id);
    }
  }
  std::sort(block.item.begin(), block.item.end());
  const ItemPlaces rows(block.item);
  block.score.assign(block.item.size() * n_generators, 0.0F);
  block.rank.assign(block.item.size() * n_generators, kNoRank);
  for (std::size_t g = 0; g < n_generators; ++g) {
    for (std::size_t r = 0; r < lists[g].size(); ++r) {
      const std::size_t row = rows.find(lists[g][r].id);
      if (row == ItemPlaces::kNone) continue;
      block.score[row * n_generators + g] = lists[g][r].score;
      block.rank[row * n_generators + g] = static_cast<std::uint16_t>(r);
    }
  }
}

void Engine::features(UserBlock& block) const {
  block.features.resize(block.n_rows() * column_names_.size());
  features(block, block.features.data());
}

void Engine::features(const UserBlock& block, float* out) const {
  const std::size_t stride = column_names_.size();
  const features::UserRows rows{block.history, block.item, block.score, block.rank};
  for (const auto& group : groups_) {
    group.group->compute(rows, {out + group.first_column, stride});
  }
}

std::vector<ScoredItem> Engine::generate(std::size_t generator, const UserHistory& history) const {
  std::vector<ScoredItem> list;
  generators_[generator]->generate(history, list);
  return list;
}

}  // namespace vitrina::engine
