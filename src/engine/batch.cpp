#include "engine/batch.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/topk.hpp"

namespace vitrina::engine {
namespace {

std::uint16_t best_source(const UserBlock& block, std::size_t row, std::size_t n_generators) {
  const auto first = block.rank.begin() + static_cast<std::ptrdiff_t>(row * n_generators);
  return static_cast<std::uint16_t>(
      std::min_element(first, first + static_cast<std::ptrdiff_t>(n_generators)) - first);
}

/// Whether the best k, `best`, would be others or stand in another order if equals changed places.
bool has_ties(std::span<const std::uint64_t> best, std::span<const float> w) {
  if (best.empty()) return false;
  const auto score = [](std::uint64_t key) { return key >> 32U; };
  const bool inside = std::ranges::adjacent_find(best, {}, score) != best.end();
  return inside || std::ranges::count(w, w[static_cast<std::uint32_t>(best.back())]) > 1;
}

/// A user's candidates, scored, and who chooses among them.
struct Ranked {
  const UserBlock& block;
  std::span<const float> w;
  std::span<const float> own;
  std::size_t n_generators = w.empty() ? 0 : block.rank.size() / w.size();

  /// Rows from the likeliest where the trees say the same: by own history, then by the best rank
  /// that a generator gave, then by product.
  [[nodiscard]] std::vector<std::uint32_t> without_trees() const {
    std::vector<std::uint32_t> rows(w.size());
    std::iota(rows.begin(), rows.end(), 0U);
    const auto best_rank = [&](std::uint32_t r) {
      return block.rank[r * n_generators + best_source(block, r, n_generators)];
    };
    std::ranges::stable_sort(rows, [&](std::uint32_t a, std::uint32_t b) {
      return own[a] != own[b] ? own[a] > own[b] : best_rank(a) < best_rank(b);
    });
    return rows;
  }
};

/// The best k of a user's scored candidates; `keys` is memory.
void best_items(const Ranked& ranked, std::size_t k, std::vector<std::uint64_t>& keys,
                std::vector<SourcedItem>& items) {
  const auto& [block, w, own, n_generators] = ranked;
  const auto rank = [&](auto row_at) {
    keys.clear();
    for (std::uint32_t r = 0; r < w.size(); ++r) {
      keys.push_back(rank_key(Scored<std::uint32_t>{r, w[row_at(r)]}));
    }
    return smallest(keys, k);
  };
  const auto put = [&](std::uint32_t r) {
    items.push_back({block.item[r], w[r], best_source(block, r, n_generators)});
  };
  items.clear();
  const auto best = rank([](std::uint32_t r) { return r; });
  if (!has_ties(best, w)) {
    for (const auto key : best) put(static_cast<std::uint32_t>(key));
    return;
  }
  const auto rows = ranked.without_trees();
  for (const auto key : rank([&](std::uint32_t r) { return rows[r]; })) {
    put(rows[static_cast<std::uint32_t>(key)]);
  }
}

/// Rows of one more query, in `block`.
void add_rows(const Engine& engine, const models::OwnHistory& own_history, const Query& query,
              UserBlock& block, Batch& batch) {
  engine.candidates(query, block, batch.scratch);
  const std::size_t n_columns = engine.column_names().size();
  const std::size_t begin = batch.own.size() * n_columns;
  const std::size_t end = begin + block.n_rows() * n_columns;
  if (batch.features.size() < end) batch.features.resize(end);
  engine.features(block, batch.features.data() + begin, batch.scratch);
  append_own_history_scores(own_history, block, batch.own);
  batch.offsets.push_back(batch.own.size());
}

void begin_batch(std::size_t n_users, Batch& batch) {
  batch.blocks.resize(n_users);
  batch.offsets.assign(1, 0);
  batch.own.clear();
}

}  // namespace

void fill_batch(const Engine& engine, const models::OwnHistory& own_history,
                const LogQueries& queries, std::span<const UserIdx> users, Batch& batch) {
  begin_batch(users.size(), batch);
  for (std::size_t u = 0; u < users.size(); ++u) {
    auto& block = batch.blocks[u];
    add_rows(engine, own_history, queries.of(users[u], block.merged), block, batch);
  }
}

void answer_one(const Engine& engine, const Scorer& scorer, const Query& query, std::size_t n,
                Batch& batch, std::vector<SourcedItem>& out) {
  begin_batch(1, batch);
  add_rows(engine, scorer.own_history, query, batch.blocks[0], batch);
  score_batch(engine, scorer.ranker, batch);
  best_of_batch(n, batch, batch.scratch.keys, std::span(&out, 1));
}

void score_batch(const Engine& engine, const ranking::Ranker& ranker, Batch& batch) {
  batch.w.resize(batch.own.size());
  ranker.score({{batch.features.data(), batch.own.size(), engine.column_names().size()},
                batch.offsets,
                batch.own},
               batch.ranker, batch.w);
}

void best_of_batch(std::size_t k, const Batch& batch, std::vector<std::uint64_t>& keys,
                   std::span<std::vector<SourcedItem>> out) {
  std::size_t row = 0;
  for (std::size_t u = 0; u < batch.blocks.size(); ++u) {
    const std::size_t n = batch.blocks[u].n_rows();
    best_items(
        {batch.blocks[u], std::span(batch.w).subspan(row, n), std::span(batch.own).subspan(row, n)},
        k, keys, out[u]);
    row += n;
  }
}

void check_columns(const Engine& engine, const ranking::Ranker& ranker) {
  if (!ranker.has_trees() || ranker.columns() == engine.column_names()) return;
  throw Error(ErrorCode::kIncompatibleArtifact,
              "score: the ranker was trained on other feature columns than this program makes; run "
              "'vitrina train' and 'vitrina refit' again, or pack the bundle anew");
}

}  // namespace vitrina::engine
