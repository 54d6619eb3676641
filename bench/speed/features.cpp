#include <algorithm>
#include <numeric>

#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "data/shop_file.hpp"
#include "engine/engine.hpp"
#include "features/feature_group.hpp"
#include "ranking/booster.hpp"

namespace vitrina::bench {
namespace {

constexpr std::size_t kUsersAChunk = 64;
/// The moment before which all is known, so long before the end of the log.
constexpr TimeUs kLabels = 3 * kUsPerDay;
/// Rows that are written for the agreement check are those of the first users.
constexpr std::size_t kAnswerUsers = 2000;
/// Groups that peers can express, and what they need.
constexpr std::array<std::string_view, 3> kSharedGroups{"pair", "item", "user"};
constexpr std::string_view kTreeParams =
    "objective=cross_entropy num_leaves=12 learning_rate=0.15 lambda_l2=10 min_data_in_leaf=100 "
    "feature_fraction=0.5 force_row_wise=true deterministic=true verbosity=-1 seed=42";
constexpr int kTrees = 100;

ParamMap params_of(const Options& options, bool is_shared) {
  ParamMap params{{"engine.max_candidates", std::to_string(options.candidates)},
                  {"engine.max_scored_users", std::to_string(options.users)}};
  if (!is_shared) return params;
  for (const auto& row : features::registry()) {
    const auto* end = kSharedGroups.end();
    const bool is_kept = std::find(kSharedGroups.begin(), end, row.name) != end;
    params[row.section() + ".enabled"] = is_kept ? "true" : "false";
  }
  return params;
}

/// Memory of one thread.
struct Worker {
  Scratch scratch;
  std::vector<float> features;
};

/// A shop with fitted models and the candidates of its users: what columns are computed for.
class Stage {
 public:
  Stage(const Options& options, bool is_shared)
      : params_(params_of(options, is_shared)),
        threads_(options.threads),
        shop_(load_shop(options.input)),
        context_{shop_, shop_.end - kLabels, kLabels, 3000, options.k, options.threads},
        models_(models::fit_models(context_, engine::needed_models(params_), params_, silent_)),
        engine_(shop_, models_, params_),
        queries_{shop_.events, context_.as_of, static_cast<std::size_t>(options.k)},
        users_(engine::users_to_score(
            queries_, *models_.own_history,
            engine::max_scored_users(read_section<engine::EngineConfig>(params_, "engine"), 3000),
            {}, options.threads)),
        blocks_(users_.size()) {
    for_users([&](std::size_t u, Worker& worker) {
      engine_.candidates(queries_.of(users_[u], blocks_[u].merged), blocks_[u], worker.scratch);
    });
  }

  [[nodiscard]] const Shop& shop() const { return shop_; }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  [[nodiscard]] const std::vector<UserIdx>& users() const { return users_; }
  [[nodiscard]] const LogQueries& queries() const { return queries_; }
  [[nodiscard]] const models::FitContext& context() const { return context_; }
  [[nodiscard]] const ParamMap& params() const { return params_; }
  [[nodiscard]] std::vector<engine::UserBlock>& blocks() { return blocks_; }

  [[nodiscard]] std::size_t n_rows() const {
    return std::accumulate(blocks_.begin(), blocks_.end(), std::size_t{0},
                           [](std::size_t n, const auto& block) { return n + block.n_rows(); });
  }

  /// Calls `body(u, worker)` for every user.
  template <class Body>
  void for_users(Body&& body) {
    std::vector<Worker> workers(static_cast<std::size_t>(std::max(threads_, 1)));
    parallel_chunks_with_worker(users_.size(), kUsersAChunk, threads_,
                                [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                  for (std::size_t u = begin; u < end; ++u) {
                                    body(u, workers[worker]);
                                  }
                                });
  }

 private:
  ParamMap params_;
  int threads_;
  SilentProgress silent_;
  Shop shop_;
  models::FitContext context_;
  models::ModelSet models_;
  engine::Engine engine_;
  LogQueries queries_;
  std::vector<UserIdx> users_;
  std::vector<engine::UserBlock> blocks_;
};

/// Columns of a user's candidates in the worker's own memory: all of them would not fit.
void compute(const engine::Engine& engine, engine::UserBlock& block, Worker& worker) {
  block.features.swap(worker.features);
  engine.features(block, worker.scratch);
  block.features.swap(worker.features);
}

/// All default groups, histories and models being there.
double time_features(Stage& stage) {
  const Stopwatch watch;
  stage.for_users(
      [&](std::size_t u, Worker& worker) { compute(stage.engine(), stage.blocks()[u], worker); });
  return watch.seconds();
}

/// The shared groups from the log: popularity counted, histories read, columns computed.
double time_shared(Stage& stage) {
  SilentProgress silent;
  const Stopwatch watch;
  // what the engine has already, made once more so that it is paid for
  const auto counted = models::fit_models(
      stage.context(), std::array{models::ModelKind::kPopularity}, stage.params(), silent);
  stage.for_users([&](std::size_t u, Worker& worker) {
    auto& block = stage.blocks()[u];
    const auto query = stage.queries().of(stage.users()[u], block.merged);
    read_history(query.events, query.as_of, block.history);
    compute(stage.engine(), block, worker);
  });
  return watch.seconds();
}

void write_candidates(Stage& stage, const std::filesystem::path& folder) {
  std::vector<std::uint32_t> user;
  std::vector<std::uint32_t> item;
  for (std::size_t u = 0; u < stage.users().size(); ++u) {
    for (const auto candidate : stage.blocks()[u].item) {
      user.push_back(stage.users()[u].value);
      item.push_back(candidate.value);
    }
  }
  write_array<std::uint32_t>(folder / "user.u32", user);
  write_array<std::uint32_t>(folder / "item.u32", item);
}

/// Rows of the first users, with the names of the columns.
std::vector<float> first_rows(Stage& stage, std::size_t n_users) {
  std::vector<float> rows;
  Worker worker;
  for (std::size_t u = 0; u < std::min(n_users, stage.users().size()); ++u) {
    compute(stage.engine(), stage.blocks()[u], worker);
    rows.insert(rows.end(), worker.features.begin(), worker.features.end());
  }
  return rows;
}

void write_names(const engine::Engine& engine, const std::filesystem::path& path) {
  std::string names;
  for (const auto& name : engine.column_names()) names += name + "\n";
  write_file(path, names);
}

/// A model of the default size, trained on whether the user did anything with the candidate in the
/// days after: purchases alone are too few for trees in a small shop.
std::string train_trees(Stage& stage, std::span<const float> rows) {
  const auto& columns = stage.engine().column_names();
  std::vector<float> label;
  const std::size_t n = rows.size() / columns.size();
  for (std::size_t u = 0; label.size() < n; ++u) {
    const auto after =
        stage.shop().events.between(stage.users()[u], stage.context().as_of, stage.shop().end);
    for (const auto item : stage.blocks()[u].item) {
      const bool is_touched =
          std::find(after.item.begin(), after.item.end(), item) != after.item.end();
      label.push_back(is_touched ? 1.0F : 0.0F);
    }
  }
  const std::vector<float> weight(n, 1.0F);
  const std::vector<double> init(n, 0.0);
  std::vector<const float*> starts;
  for (std::size_t r = 0; r < n; ++r) starts.push_back(rows.data() + r * columns.size());
  return ranking::Booster::train(
             {starts, label, weight, init, columns, std::string(kTreeParams), kTrees, 2})
      .to_text();
}

void write_answer(Stage& stage, const Options& options) {
  const auto& folder = *options.answer;
  write_candidates(stage, folder);
  write_names(stage.engine(), folder / "columns.txt");
  const auto rows = first_rows(stage, kAnswerUsers);
  write_array<float>(folder / "rows.f32", rows);
  if (options.kind == "trees") write_file(folder / "model.txt", train_trees(stage, rows));
}

}  // namespace

/// --input: a shop archive. --kind all: the default groups, models and histories being there;
/// --kind shared: what peers can express, from the log on; --kind trees: the answer has a model
/// trained on its rows too. Answer: user.u32 and item.u32 of all candidates, rows.f32 of the first
/// users, columns.txt.
Json run_features(const Options& options) {
  const bool is_shared = options.kind == "shared";
  Stage stage(options, is_shared);
  const double seconds = is_shared ? time_shared(stage) : time_features(stage);
  if (options.answer) write_answer(stage, options);
  const auto n_rows = static_cast<double>(stage.n_rows());
  return {{"seconds", seconds},
          {"users", stage.users().size()},
          {"rows", stage.n_rows()},
          {"columns", stage.engine().column_names().size()},
          {"as_of", stage.context().as_of},
          {"rows_a_core_per_second", n_rows / seconds / options.threads}};
}

}  // namespace vitrina::bench
