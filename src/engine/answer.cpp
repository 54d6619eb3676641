#include "engine/answer.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "engine/batch.hpp"

namespace vitrina::engine {

void append_own_history_scores(const models::OwnHistory& own_history, const UserBlock& block,
                               std::vector<float>& scores) {
  const auto& touches = block.history.touches;
  std::size_t t = 0;  // rows and touches are both by product
  for (const auto item : block.item) {
    while (t < touches.size() && touches[t].item < item) ++t;
    const bool is_touched = t < touches.size() && touches[t].item == item;
    scores.push_back(is_touched ? own_history.rule().score(block.history.sums[t]) : 0.0F);
  }
}

Answer answer(const Engine& engine, const Scorer& scorer, const LogQueries& queries,
              std::span<const UserIdx> users, std::size_t max_users, const selection::Rules& rules,
              int threads, Progress& progress) {
  check_columns(engine, scorer.ranker);
  std::vector<std::vector<SourcedItem>> best(users.size());
  std::vector<Batch> scratch(static_cast<std::size_t>(std::max(threads, 1)));
  parallel_chunks_with_worker(users.size(), kUsersAtOnce, threads,
                              [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                auto& batch = scratch[worker];
                                fill_batch(engine, scorer.own_history, queries,
                                           users.subspan(begin, end - begin), batch);
                                score_batch(engine, scorer.ranker, batch);
                                best_of_batch(queries.k, batch, batch.scratch.keys,
                                              std::span(best).subspan(begin, end - begin));
                                progress.advance(end - begin);
                              });
  selection::UserChoice<SourcedItem> choice({max_users, queries.k}, rules);
  for (std::size_t u = 0; u < users.size(); ++u) choice.add(users[u], best[u]);
  return choice.finish();
}

}  // namespace vitrina::engine
