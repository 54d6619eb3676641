#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/speed/part.hpp"
#include "bundle/generation.hpp"
#include "core/progress.hpp"
#include "data/build.hpp"
#include "data/join.hpp"
#include "data/log_queries.hpp"
#include "engine/batch.hpp"
#include "io/log_reader.hpp"
#include "io/log_schema.hpp"
#include "live/reasons.hpp"

namespace vitrina::bench {
namespace {

constexpr double kTolerance = 1e-9;

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A model of the blend, by LightGBM and here.
struct Explained {
  const ranking::Booster& trees;
  ranking::TreeExplainer explainer;
};

std::vector<Explained> explained_models(const ranking::Ranker& ranker) {
  std::vector<Explained> models;
  for (const auto m : {ranking::kShare, ranking::kHit, ranking::kTwoStep}) {
    if (!ranker.model(m).has_trees()) continue;
    const auto& trees = ranker.model(m).trees();
    models.push_back({trees, ranking::TreeExplainer::from_text(trees.to_text())});
  }
  return models;
}

/// Rows of the products that were named, one after the other.
struct Rows {
  std::vector<float> values;
  std::vector<const float*> each;
};

void copy_rows(const engine::Batch& batch, std::span<const engine::SourcedItem> items,
               std::size_t n_columns, Rows& rows) {
  rows = {};
  const auto& all = batch.blocks.front().item;
  for (const auto& item : items) {
    const auto row = std::lower_bound(all.begin(), all.end(), item.id) - all.begin();
    const float* first = batch.features.data() + static_cast<std::size_t>(row) * n_columns;
    rows.values.insert(rows.values.end(), first, first + n_columns);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    rows.each.push_back(rows.values.data() + i * n_columns);
  }
}

/// Asks LightGBM; throws unless it says what we say.
double lightgbm_us(const std::vector<Explained>& models, const Rows& rows, std::size_t n_columns) {
  const std::size_t n = rows.each.size();
  std::vector<std::vector<double>> theirs(models.size(), std::vector<double>(n * (n_columns + 1)));
  const Stopwatch watch;
  for (std::size_t m = 0; m < models.size(); ++m) {
    models[m].trees.contributions_by_lightgbm({rows.values.data(), n, n_columns}, 1, theirs[m]);
  }
  const double microseconds = 1e6 * watch.seconds();
  ranking::TreeExplainerMemory memory;
  std::vector<double> ours(n * n_columns);
  for (std::size_t m = 0; m < models.size(); ++m) {
    models[m].explainer.explain(rows.each, memory, ours);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const double of_lightgbm = theirs[m][i / n_columns * (n_columns + 1) + i % n_columns];
      if (std::abs(ours[i] - of_lightgbm) <= kTolerance) continue;
      throw std::runtime_error("explain: a column contributes something else than LightGBM says");
    }
  }
  return microseconds;
}

/// Throws unless all parts together are the logit.
void check(const std::vector<live::Reasons>& all) {
  for (const auto& reasons : all) {
    double sum = reasons.base + reasons.other;
    for (const auto& reason : reasons.strongest) sum += reason.contribution;
    if (std::abs(sum - reasons.logit) <= kTolerance) continue;
    throw std::runtime_error("explain: the reasons do not add up to the score");
  }
}

}  // namespace

/// --input: a bundle; --data: a log. Answers --users customers, --k products each, on one thread,
/// as of the log's end: plain, explained, and LightGBM asked for the same rows, in turns.
Json run_explain(const Options& options) {
  const auto generation = bundle::Generation::load(options.input);
  SilentProgress silent;
  auto raw = io::read_log(options.data, {}, kNoTime, options.threads, silent);
  const auto shop = join(build_shop(raw, nullptr, options.threads), generation->products()).shop;
  const LogQueries queries{shop.events, shop.end, static_cast<std::size_t>(options.k)};
  const std::size_t n_columns = generation->engine().column_names().size();
  const auto models = explained_models(generation->bundle().ranker());
  const Stopwatch first;
  const auto n_bytes = generation->explainer().n_bytes();
  const double first_seconds = first.seconds();

  engine::Batch batch;
  live::ReasonsMemory memory;
  std::vector<engine::SourcedItem> items;
  EventColumns merged;
  Rows rows;
  std::vector<double> plain;
  std::vector<double> reasons;
  std::vector<double> lightgbm;
  const auto n_users =
      std::min<std::size_t>(shop.events.n_users(), static_cast<std::size_t>(options.users));
  for (std::size_t u = 0; u < n_users; ++u) {
    const auto query = queries.of(UserIdx(u * shop.events.n_users() / n_users), merged);
    const Stopwatch answer;
    engine::answer_one(generation->engine(), generation->scorer(), query, query.k, batch, items);
    plain.push_back(1e6 * answer.seconds());
    const Stopwatch explanation;
    const auto found = live::find_reasons(*generation, batch, items, memory);
    reasons.push_back(1e6 * explanation.seconds());
    check(found);
    copy_rows(batch, items, n_columns, rows);
    lightgbm.push_back(lightgbm_us(models, rows, n_columns));
  }
  double trees = 0;
  for (const auto& model : models) trees += static_cast<double>(model.explainer.n_trees());
  return {{"answers", n_users},
          {"models", models.size()},
          {"trees", trees},
          {"answer_us", median(plain)},
          {"explain_us", median(reasons)},
          {"lightgbm_us", median(lightgbm)},
          {"first_seconds", first_seconds},
          {"bytes", n_bytes}};
}

}  // namespace vitrina::bench
