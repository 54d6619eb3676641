#include "evaluation/proposals.hpp"

#include "core/parallel.hpp"

namespace vitrina::evaluation {

std::vector<std::pair<std::string, metrics::UserLists>> proposals(const engine::Engine& engine,
                                                                  const LogQueries& queries,
                                                                  const Purchases& bought,
                                                                  int threads) {
  const auto& names = engine.generator_names();
  const std::size_t n_lists = names.size() + 1;
  std::vector<std::vector<std::vector<ItemIdx>>> by_buyer(bought.n_buyers());
  parallel_chunks(by_buyer.size(), 16, threads, [&](std::size_t begin, std::size_t end) {
    Scratch scratch;
    engine::UserBlock block;
    for (std::size_t b = begin; b < end; ++b) {
      by_buyer[b].resize(n_lists);
      if (queries.log.before(bought.buyers[b], queries.as_of).empty()) continue;
      const auto query = queries.of(bought.buyers[b], block.merged);
      engine.candidates(query, block, scratch);
      for (std::size_t g = 0; g < names.size(); ++g) {
        for (const auto& entry : engine.generate(g, query, block.history, scratch)) {
          by_buyer[b][g].push_back(entry.id);
        }
      }
      by_buyer[b][names.size()] = block.item;
    }
  });
  std::vector<std::pair<std::string, metrics::UserLists>> all(n_lists);
  for (std::size_t g = 0; g < n_lists; ++g) {
    all[g].first = g < names.size() ? names[g] : "union";
    for (std::size_t b = 0; b < by_buyer.size(); ++b) {
      all[g].second.add(bought.buyers[b], by_buyer[b][g]);
    }
  }
  return all;
}

}  // namespace vitrina::evaluation
