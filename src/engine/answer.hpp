#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/progress.hpp"
#include "engine/engine.hpp"
#include "models/own_history.hpp"
#include "ranking/ranker.hpp"
#include "selection/user_choice.hpp"

namespace vitrina::engine {

/// A product for a user with its w (selection::Offer) and where it comes from.
struct SourcedItem {
  ItemIdx id;
  float score = 0;           ///< w
  std::uint16_t source = 0;  ///< generator that ranked it best, an index into generator_names()
};

using Answer = selection::Choice<SourcedItem>;

/// Who scores the candidates.
struct Scorer {
  const ranking::Ranker& ranker;
  const models::OwnHistory& own_history;  ///< gives the ranker's base
};

/// Candidates -> features -> w -> the exact choice, for the users given, `queries.k` products each.
/// Users' blocks are made and scored in parallel and added in order: the same answer with any
/// number of threads. Nobody and nothing that `rules` exclude is in it.
Answer answer(const Engine& engine, const Scorer& scorer, const LogQueries& queries,
              std::span<const UserIdx> users, std::size_t max_users, const selection::Rules& rules,
              int threads, Progress& progress);

/// Appends the own-history score of every candidate of a block.
void append_own_history_scores(const models::OwnHistory& own_history, const UserBlock& block,
                               std::vector<float>& scores);

}  // namespace vitrina::engine
