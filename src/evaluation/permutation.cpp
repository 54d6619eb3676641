#include "evaluation/permutation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "engine/batch.hpp"
#include "evaluation/answer_lists.hpp"
#include "metrics/recall.hpp"

namespace vitrina::evaluation {
namespace {

using Choice = selection::UserChoice<engine::SourcedItem>;

/// Users whose losses are summed first: the sum of all, to the bit, depends on it.
constexpr std::size_t kAtOnce = 64;

std::size_t n_chunks(const PermutationTask& task) {
  return (task.users.size() + kAtOnce - 1) / kAtOnce;
}

/// Cross-entropy of the batch's w, summed over its rows.
double cross_entropy(const engine::Batch& batch, std::span<const UserIdx> users,
                     const Purchases& bought) {
  constexpr double kFloor = 1e-9;  // a float may round to 0 or 1
  double sum = 0;
  std::size_t row = 0;
  for (std::size_t u = 0; u < users.size(); ++u) {
    const auto wanted = bought.of(users[u]);
    for (const auto item : batch.blocks[u].item) {
      const double w = std::clamp(double{batch.w[row++]}, kFloor, 1 - kFloor);
      const bool is_bought = std::binary_search(wanted.begin(), wanted.end(), item);
      const double label = is_bought ? 1.0 / static_cast<double>(wanted.size()) : 0.0;
      sum -= label * std::log(w) + (1 - label) * std::log1p(-w);
    }
  }
  return sum;
}

/// Judges scored batches, which may come in any order from several workers.
class Judge {
 public:
  explicit Judge(const PermutationTask& task)
      : task_(task),
        choice_(static_cast<std::size_t>(std::max(task.threads, 1)), Choice(task.limits)),
        loss_(n_chunks(task), 0.0) {}

  /// `batch` holds the scored users from `begin` on.
  void add(const engine::Batch& batch, std::size_t begin, std::size_t worker) {
    const auto users = task_.users.subspan(begin, batch.blocks.size());
    std::vector<std::vector<engine::SourcedItem>> best(users.size());
    std::vector<std::uint64_t> keys;
    engine::best_of_batch(task_.limits.k, batch, keys, best);
    for (std::size_t u = 0; u < users.size(); ++u) choice_[worker].add(users[u], best[u]);
    loss_[begin / kAtOnce] = cross_entropy(batch, users, task_.bought);
  }

  Measures finish() {
    for (std::size_t w = 1; w < choice_.size(); ++w) choice_[0].merge(std::move(choice_[w]));
    const auto sent = to_lists(choice_[0].finish());
    const auto results = metrics::judge(metrics::as_lists(task_.bought), sent, task_.limits.k);
    const double loss = std::accumulate(loss_.begin(), loss_.end(), 0.0);
    return {metrics::readings(results).value.a,
            loss / static_cast<double>(std::max<std::size_t>(task_.users.size(), 1))};
  }

  /// Bytes that one of these holds at most.
  static std::size_t bytes(const PermutationTask& task) {
    const std::size_t row = task.limits.k * sizeof(engine::SourcedItem) + 64;
    const std::size_t n_rows = std::min(task.limits.max_users, task.users.size());
    return static_cast<std::size_t>(std::max(task.threads, 1)) * n_rows * row +
           n_chunks(task) * sizeof(double);
  }

 private:
  const PermutationTask& task_;
  std::vector<Choice> choice_;  ///< by worker
  std::vector<double> loss_;    ///< by chunk, so that the sum has one order
};

/// Calls `body(batch, begin, worker)` with the rows of all users, kUsersAtOnce at a time.
template <class Body>
void for_each_batch(const PermutationTask& task, const Body& body) {
  std::vector<engine::Batch> scratch(static_cast<std::size_t>(std::max(task.threads, 1)));
  parallel_chunks_with_worker(task.users.size(), kAtOnce, task.threads,
                              [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                auto& batch = scratch[worker];
                                engine::fill_batch(task.engine, task.scorer.own_history,
                                                   task.queries,
                                                   task.users.subspan(begin, end - begin), batch);
                                body(batch, begin, worker);
                              });
}

/// Sets that are permuted in one go, and the columns they have.
struct Pass {
  std::vector<std::size_t> sets;
  std::vector<std::size_t> columns;  ///< ascending
};

/// Sets in their order, as many in a pass as fit; sets that share columns should be neighbours.
std::vector<Pass> plan(const PermutationTask& task, std::size_t n_rows) {
  std::vector<Pass> passes;
  std::set<std::size_t> columns;
  std::size_t n_sets = 0;
  for (std::size_t s = 0; s < task.sets.size(); ++s) {
    if (task.sets[s].columns.empty()) continue;
    auto with = columns;
    with.insert(task.sets[s].columns.begin(), task.sets[s].columns.end());
    const std::size_t bytes =
        with.size() * n_rows * sizeof(float) + (n_sets + 1) * Judge::bytes(task);
    if (passes.empty() || bytes > task.max_bytes) {
      passes.emplace_back();
      with = {task.sets[s].columns.begin(), task.sets[s].columns.end()};
      n_sets = 0;
    }
    columns = std::move(with);
    ++n_sets;
    passes.back().sets.push_back(s);
    passes.back().columns.assign(columns.begin(), columns.end());
  }
  return passes;
}

/// The values of some columns for all rows, row-major.
class Store {
 public:
  Store(const PermutationTask& task, const Pass& pass, std::span<const std::size_t> first_row)
      : stride_(task.engine.column_names().size()),
        columns_(pass.columns),
        first_row_(first_row),
        values_(first_row.back() * columns_.size()) {
    for_each_batch(task, [&](engine::Batch& batch, std::size_t begin, std::size_t /*worker*/) {
      for (std::size_t row = 0; row < batch.n_rows(); ++row) {
        for (std::size_t slot = 0; slot < columns_.size(); ++slot) {
          values_[(first_row_[begin] + row) * columns_.size() + slot] =
              cell(batch, row, columns_[slot]);
        }
      }
    });
  }

  /// Sets the columns of the batch whose users begin at `begin` to the values of the rows that
  /// `source(row)` names, row counted over all users.
  template <class Source>
  void write(const ColumnSet& set, std::size_t begin, const Source& source,
             engine::Batch& batch) const {
    for (const auto column : set.columns) {
      const auto slot = static_cast<std::size_t>(
          std::lower_bound(columns_.begin(), columns_.end(), column) - columns_.begin());
      for (std::size_t row = 0; row < batch.n_rows(); ++row) {
        cell(batch, row, column) =
            values_[source(first_row_[begin] + row) * columns_.size() + slot];
      }
    }
  }

 private:
  float& cell(engine::Batch& batch, std::size_t row, std::size_t column) const {
    return column == kBaseColumn ? batch.own[row] : batch.features[row * stride_ + column];
  }

  std::size_t stride_;
  const std::vector<std::size_t>& columns_;
  std::span<const std::size_t> first_row_;
  std::vector<float> values_;
};

/// Measures as they are; `first_row` gets the first row of every user, and the number of rows.
Measures judge_untouched(const PermutationTask& task, std::vector<std::size_t>& first_row) {
  Judge judge(task);
  first_row.assign(task.users.size() + 1, 0);
  for_each_batch(task, [&](engine::Batch& batch, std::size_t begin, std::size_t worker) {
    for (std::size_t u = 0; u < batch.blocks.size(); ++u) {
      first_row[begin + u + 1] = batch.blocks[u].n_rows();
    }
    engine::score_batch(task.engine, task.scorer.ranker, batch);
    judge.add(batch, begin, worker);
  });
  std::partial_sum(first_row.begin(), first_row.end(), first_row.begin());
  return judge.finish();
}

/// Fisher and Yates.
std::vector<std::uint32_t> draw_permutation(std::size_t n, std::uint64_t seed, int repeat) {
  Rng rng(seed, static_cast<std::uint64_t>(repeat));
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

/// Adds the measures of the pass's sets under one permutation to `sums`.
void add_repeat(const PermutationTask& task, const Pass& pass, const Store& store,
                const std::vector<std::uint32_t>& order, std::vector<Measures>& sums,
                Progress& progress) {
  std::vector<Judge> judges(pass.sets.size(), Judge(task));
  for_each_batch(task, [&](engine::Batch& batch, std::size_t begin, std::size_t worker) {
    for (std::size_t s = 0; s < pass.sets.size(); ++s) {
      const auto& set = task.sets[pass.sets[s]];
      store.write(set, begin, [&](std::size_t row) { return order[row]; }, batch);
      engine::score_batch(task.engine, task.scorer.ranker, batch);
      judges[s].add(batch, begin, worker);
      store.write(set, begin, [](std::size_t row) { return row; }, batch);
    }
    progress.advance(batch.blocks.size() * pass.sets.size());
  });
  for (std::size_t s = 0; s < pass.sets.size(); ++s) {
    const auto measures = judges[s].finish();
    sums[pass.sets[s]].recall_a += measures.recall_a;
    sums[pass.sets[s]].cross_entropy += measures.cross_entropy;
  }
}

}  // namespace

PermutationResult permute(const PermutationTask& task, Progress& progress) {
  engine::check_columns(task.engine, task.scorer.ranker);
  std::vector<std::size_t> first_row;
  PermutationResult result;
  result.untouched = judge_untouched(task, first_row);
  result.n_rows = first_row.back();
  result.permuted.resize(task.sets.size());
  for (const auto& pass : plan(task, result.n_rows)) {
    const Store store(task, pass, first_row);
    for (int repeat = 0; repeat < task.repeats; ++repeat) {
      const auto order = draw_permutation(result.n_rows, task.seed, repeat);
      add_repeat(task, pass, store, order, result.permuted, progress);
    }
  }
  for (std::size_t s = 0; s < task.sets.size(); ++s) {
    auto& measures = result.permuted[s];
    if (task.sets[s].columns.empty()) {
      measures = result.untouched;  // nothing to permute
    } else {
      measures.recall_a /= task.repeats;
      measures.cross_entropy /= task.repeats;
    }
  }
  return result;
}

}  // namespace vitrina::evaluation
