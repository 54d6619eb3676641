#include "engine/answer.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace vitrina::engine {
namespace {

/// Users whose rows are scored by one call to the trees: enough to hide the call's cost.
constexpr std::size_t kUsersAtOnce = 64;

std::uint16_t best_source(const UserBlock& block, std::size_t row, std::size_t n_generators) {
  const auto first = block.rank.begin() + static_cast<std::ptrdiff_t>(row * n_generators);
  return static_cast<std::uint16_t>(
      std::min_element(first, first + static_cast<std::ptrdiff_t>(n_generators)) - first);
}

/// The best k of a user's scored candidates.
std::vector<SourcedItem> best_items(const UserBlock& block, std::span<const float> w,
                                    std::size_t n_generators, std::size_t k) {
  std::vector<SourcedItem> items;
  items.reserve(block.n_rows());
  for (std::size_t r = 0; r < block.n_rows(); ++r) {
    items.push_back({block.item[r], w[r], best_source(block, r, n_generators)});
  }
  std::sort(items.begin(), items.end(), [](const SourcedItem& a, const SourcedItem& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  });
  items.resize(std::min(items.size(), k));
  return items;
}

/// Scratch memory of one worker: the blocks and features of a handful of users.
struct Batch {
  std::vector<UserBlock> blocks;
  std::vector<std::uint64_t> offsets;
  std::vector<float> features;
  std::vector<float> own;
  std::vector<float> w;
};

void score_batch(const Engine& engine, const Scorer& scorer, std::span<const UserIdx> users,
                 std::size_t k, Batch& batch, std::span<std::vector<SourcedItem>> out) {
  batch.blocks.resize(users.size());
  batch.offsets.assign(1, 0);
  batch.features.clear();
  batch.own.clear();
  for (std::size_t u = 0; u < users.size(); ++u) {
    auto& block = batch.blocks[u];
    engine.candidates(users[u], block);
    engine.features(block);
    batch.features.insert(batch.features.end(), block.features.begin(), block.features.end());
    const auto own = own_history_scores(scorer.own_history, block);
    batch.own.insert(batch.own.end(), own.begin(), own.end());
    batch.offsets.push_back(batch.own.size());
  }
  batch.w.resize(batch.own.size());
  scorer.ranker.score({{batch.features.data(), batch.own.size(), engine.column_names().size()},
                       batch.offsets,
                       batch.own},
                      1, batch.w);
  std::size_t row = 0;
  for (std::size_t u = 0; u < users.size(); ++u) {
    const std::size_t n = batch.blocks[u].n_rows();
    out[u] = best_items(batch.blocks[u], std::span(batch.w).subspan(row, n),
                        engine.generator_names().size(), k);
    row += n;
  }
}

}  // namespace

std::vector<float> own_history_scores(const models::OwnHistory& own_history,
                                      const UserBlock& block) {
  std::vector<float> scores(block.n_rows(), 0.0F);
  for (std::size_t r = 0; r < block.n_rows(); ++r) {
    const Touch* touch = block.history.find(block.item[r]);
    if (touch == nullptr) continue;
    scores[r] = own_history.rule().score(block.history.sums[block.history.index_of(touch)]);
  }
  return scores;
}

Answer answer(const Engine& engine, const Scorer& scorer, std::span<const UserIdx> users,
              selection::ChoiceLimits limits, const selection::Rules& rules, int threads,
              Progress& progress) {
  if (scorer.ranker.has_trees() && scorer.ranker.columns() != engine.column_names()) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                "score: the ranker was trained on other feature columns; run 'vitrina train' again "
                "with the present parameters");
  }
  std::vector<std::vector<SourcedItem>> best(users.size());
  std::vector<Batch> scratch(static_cast<std::size_t>(std::max(threads, 1)));
  parallel_chunks_with_worker(users.size(), kUsersAtOnce, threads,
                              [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                score_batch(engine, scorer, users.subspan(begin, end - begin),
                                            limits.k, scratch[worker],
                                            std::span(best).subspan(begin, end - begin));
                                progress.advance(end - begin);
                              });
  selection::UserChoice<SourcedItem> choice(limits, rules);
  for (std::size_t u = 0; u < users.size(); ++u) choice.add(users[u], best[u]);
  return choice.finish();
}

}  // namespace vitrina::engine
