#include "engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"

namespace vitrina::engine {
namespace {

template <class Row>
void add_needs(const std::vector<Row>& rows, const ParamMap& params,
               std::set<models::ModelKind>& kinds) {
  for (const auto& row : rows) {
    if (row.is_enabled(params)) kinds.insert(row.needs.begin(), row.needs.end());
  }
}

std::vector<TimeUs> last_events(const models::Popularity& popularity) {
  std::vector<TimeUs> last(popularity.n_items());
  for (std::size_t i = 0; i < last.size(); ++i) last[i] = popularity.stats(ItemIdx(i)).last;
  return last;
}

std::size_t n_ordered(const UserHistory& history) {
  constexpr std::size_t kOrder = product_action_slot(Action::kOrder);
  return static_cast<std::size_t>(
      std::count_if(history.touches.begin(), history.touches.end(),
                    [](const Touch& touch) { return touch.count[kOrder] > 0; }));
}

}  // namespace

std::size_t n_candidates(const EngineConfig& config, std::size_t n_ordered) {
  return static_cast<std::size_t>(config.max_candidates) +
         std::min(static_cast<std::size_t>(config.max_more_candidates), n_ordered);
}

std::vector<SectionInfo> engine_sections() {
  std::vector<SectionInfo> sections{{"engine", describe<EngineConfig>()},
                                    {"candidates", describe<CandidatesConfig>()}};
  for (const auto& row : candidates::registry()) sections.push_back({row.section(), row.fields()});
  for (const auto& row : features::registry()) sections.push_back({row.section(), row.fields()});
  return sections;
}

std::vector<models::ModelKind> needed_models(const ParamMap& params) {
  // own history always: it chooses whom to score and is the base of every score
  std::set<models::ModelKind> kinds{models::ModelKind::kOwnHistory};
  add_needs(candidates::registry(), params, kinds);
  add_needs(features::registry(), params, kinds);
  if (read_section<CandidatesConfig>(params, "candidates").drop_silent_days > 0) {
    kinds.insert(models::ModelKind::kPopularity);  // knows when a product was touched last
  }
  return {kinds.begin(), kinds.end()};
}

Engine::Engine(const ProductSpace& products, const models::ModelSet& models, const ParamMap& params)
    : config_(read_section<EngineConfig>(params, "engine")),
      drop_silent_days_(read_section<CandidatesConfig>(params, "candidates").drop_silent_days) {
  if (drop_silent_days_ > 0) last_event_ = last_events(*models.popularity);
  for (const auto& row : candidates::registry()) {
    if (!row.is_enabled(params)) continue;
    generator_names_.emplace_back(row.name);
    generators_.push_back(row.make({products, models}, params));
  }
  if (generators_.empty()) {
    throw Error(ErrorCode::kConfig, "candidates: every generator is switched off; enable one");
  }
  for (const auto& row : features::registry()) {
    if (!row.is_enabled(params)) continue;
    groups_.push_back({row.make({products, models, generator_names_}), column_names_.size()});
    for (const auto& column : row.columns(generator_names_)) {
      column_names_.push_back(fmt::format("{}__{}", row.name, column.name));
    }
  }
}

Query Engine::with_silence(Query query) const {
  if (drop_silent_days_ > 0) {
    query.filter.silent_before = query.as_of - from_days(drop_silent_days_);
    query.filter.last_event = last_event_;
  }
  return query;
}

void Engine::candidates(const Query& query, UserBlock& block, Scratch& scratch) const {
  read_history(query.events, query.as_of, block.history);
  const auto asked = with_silence(query);
  scratch.lists.resize(generators_.size());
  for (std::size_t g = 0; g < generators_.size(); ++g) {
    scratch.lists[g].clear();
    scratch.arena.reset();
    generators_[g]->generate(asked, block.history, scratch.lists[g], scratch);
  }
  merge(std::max(n_candidates(config_, n_ordered(block.history)), query.k), scratch, block);
  block.features.clear();
}

/// Takes turns: every generator's best, then every second best, until the union is full.
void Engine::merge(std::size_t n_candidates, Scratch& scratch, UserBlock& block) const {
  const auto& lists = scratch.lists;
  const std::size_t n_generators = lists.size();
  std::size_t n_proposed = 0;
  for (const auto& list : lists) n_proposed += list.size();
  auto& places = scratch.places;
  places.reset(std::min(n_proposed, n_candidates));
  block.item.clear();
  bool is_more = true;
  for (std::size_t rank = 0; is_more && places.size() < n_candidates; ++rank) {
    is_more = false;
    for (const auto& list : lists) {
      if (rank >= list.size() || places.size() == n_candidates) continue;
      is_more = true;
      if (places.add(list[rank].id) == block.item.size()) block.item.push_back(list[rank].id);
    }
  }
  std::sort(block.item.begin(), block.item.end());
  places.number(block.item);
  block.score.assign(block.item.size() * n_generators, 0.0F);
  block.rank.assign(block.item.size() * n_generators, kNoRank);
  for (std::size_t g = 0; g < n_generators; ++g) {
    for (std::size_t r = 0; r < lists[g].size(); ++r) {
      const std::size_t row = places.find(lists[g][r].id);
      if (row == ItemPlaces::kNone) continue;
      block.score[row * n_generators + g] = lists[g][r].score;
      block.rank[row * n_generators + g] = static_cast<std::uint16_t>(r);
    }
  }
}

void Engine::features(UserBlock& block, Scratch& scratch) const {
  block.features.resize(block.n_rows() * column_names_.size());
  features(block, block.features.data(), scratch);
}

void Engine::features(const UserBlock& block, float* out, Scratch& scratch) const {
  if (block.n_rows() == 0) return;  // `out` may be null then
  const std::size_t stride = column_names_.size();
  const features::UserRows rows(block.history, block.item, block.score, block.rank, scratch);
  for (const auto& group : groups_) {
    scratch.arena.reset();
    group.group->compute(rows, {out + group.first_column, stride}, scratch);
  }
}

std::vector<ScoredItem> Engine::generate(std::size_t generator, const Query& query,
                                         const UserHistory& history, Scratch& scratch) const {
  std::vector<ScoredItem> list;
  generators_[generator]->generate(with_silence(query), history, list, scratch);
  return list;
}

}  // namespace vitrina::engine
