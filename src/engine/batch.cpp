#include "engine/batch.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace vitrina::engine {
namespace {

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

}  // namespace

void fill_batch(const Engine& engine, const models::OwnHistory& own_history,
                const LogQueries& queries, std::span<const UserIdx> users, Batch& batch) {
  batch.blocks.resize(users.size());
  batch.offsets.assign(1, 0);
  batch.own.clear();
  const std::size_t n_columns = engine.column_names().size();
  for (std::size_t u = 0; u < users.size(); ++u) {
    auto& block = batch.blocks[u];
    engine.candidates(queries.of(users[u], block.merged), block, batch.scratch);
    const std::size_t begin = batch.own.size() * n_columns;
    const std::size_t end = begin + block.n_rows() * n_columns;
    if (batch.features.size() < end) batch.features.resize(end);
    engine.features(block, batch.features.data() + begin, batch.scratch);
    const auto own = own_history_scores(own_history, block);
    batch.own.insert(batch.own.end(), own.begin(), own.end());
    batch.offsets.push_back(batch.own.size());
  }
}

void score_batch(const Engine& engine, const ranking::Ranker& ranker, Batch& batch) {
  batch.w.resize(batch.own.size());
  ranker.score({{batch.features.data(), batch.own.size(), engine.column_names().size()},
                batch.offsets,
                batch.own},
               1, batch.w);
}

void best_of_batch(const Engine& engine, std::size_t k, const Batch& batch,
                   std::span<std::vector<SourcedItem>> out) {
  std::size_t row = 0;
  for (std::size_t u = 0; u < batch.blocks.size(); ++u) {
    const std::size_t n = batch.blocks[u].n_rows();
    out[u] = best_items(batch.blocks[u], std::span(batch.w).subspan(row, n),
                        engine.generator_names().size(), k);
    row += n;
  }
}

void check_columns(const Engine& engine, const ranking::Ranker& ranker) {
  if (!ranker.has_trees() || ranker.columns() == engine.column_names()) return;
  throw Error(ErrorCode::kIncompatibleArtifact,
              "score: the ranker was trained on other feature columns; run 'vitrina train' again "
              "with the present parameters");
}

}  // namespace vitrina::engine
