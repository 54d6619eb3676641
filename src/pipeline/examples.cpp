#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <numeric>

#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "data/purchases.hpp"
#include "engine/answer.hpp"
#include "pipeline/fold_engine.hpp"
#include "pipeline/folds.hpp"
#include "ranking/examples.hpp"
#include "ranking/sampler.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::pipeline {
namespace {

struct ExamplesConfig {
  int max_rows = 300'000;

  void visit(ConfigVisitor& v) {
    v.field("max_rows", max_rows, {1000, 1e9},
            "training rows of all folds together; rows that were not bought are sampled to fit and "
            "weighted back");
  }
};

/// The own-history rules that give every row its two bases.
struct Bases {
  models::OwnHistory valid;
  models::OwnHistory final;
};

models::OwnHistory own_history_of(const command::Context& context, const Shop& shop,
                                  std::string_view fold) {
  constexpr std::array kWanted{models::ModelKind::kOwnHistory};
  const auto archive = models::open_models(command::models_file(context.workspace, fold));
  return *models::load_models(archive, shop, kWanted).own_history;
}

/// One user's rows: appended to the fold's examples in user order.
struct UserRowsOut {
  std::vector<float> features;
  std::vector<float> label;
  std::vector<float> weight;
  std::vector<float> own_valid;
  std::vector<float> own_final;
  std::vector<float> strongest;  ///< features of the row that stands for the user
  float strongest_own_valid = 0;
  float strongest_own_final = 0;
  bool is_buyer = false;
};

/// `block` and `scratch` are memory of the worker.
UserRowsOut make_rows(const FoldEngine& fold, UserIdx user, const Purchases& purchases,
                      const ranking::Sampler& sampler, const Bases& bases, engine::UserBlock& block,
                      Scratch& scratch) {
  const auto& engine = fold.engine();
  engine.candidates(fold.queries().of(user, block.merged), block, scratch);
  engine.features(block, scratch);
  const auto bought = purchases.of(user);
  std::vector<float> own_valid;
  std::vector<float> own_final;
  engine::append_own_history_scores(bases.valid, block, own_valid);
  engine::append_own_history_scores(bases.final, block, own_final);
  const std::size_t n_columns = engine.column_names().size();
  UserRowsOut rows;
  rows.is_buyer = !bought.empty();
  const auto row_of_user = [&](std::size_t r) {
    return block.features.begin() + static_cast<std::ptrdiff_t>(r * n_columns);
  };
  if (block.n_rows() == 0) {
    rows.strongest.assign(n_columns, std::numeric_limits<float>::quiet_NaN());
  } else {
    // by the older rule for both lineages: the newer one knows more than the valid one may
    const auto r = ranking::strongest_row(own_valid);
    rows.strongest.assign(row_of_user(r), row_of_user(r + 1));
    rows.strongest_own_valid = own_valid[r];
    rows.strongest_own_final = own_final[r];
  }
  for (std::size_t r = 0; r < block.n_rows(); ++r) {
    const bool is_bought = std::binary_search(bought.begin(), bought.end(), block.item[r]);
    const bool is_touched = block.history.find(block.item[r]) != nullptr;
    if (!is_bought && !sampler.keeps_row(user, block.item[r], is_touched)) continue;
    rows.features.insert(rows.features.end(), row_of_user(r), row_of_user(r + 1));
    rows.label.push_back(is_bought ? 1.0F / static_cast<float>(bought.size()) : 0.0F);
    rows.weight.push_back(sampler.row_weight(rows.is_buyer, is_bought, is_touched));
    rows.own_valid.push_back(own_valid[r]);
    rows.own_final.push_back(own_final[r]);
  }
  return rows;
}

void append(const UserRowsOut& rows, float user_weight, ranking::Examples& examples) {
  const auto add = [](std::vector<float>& to, const std::vector<float>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  add(examples.features, rows.features);
  add(examples.label, rows.label);
  add(examples.weight, rows.weight);
  add(examples.own_valid, rows.own_valid);
  add(examples.own_final, rows.own_final);
  examples.offsets.push_back(examples.label.size());
  examples.user_weight.push_back(user_weight);
  examples.is_buyer.push_back(rows.is_buyer ? 1 : 0);
  add(examples.user_features, rows.strongest);
  examples.user_own_valid.push_back(rows.strongest_own_valid);
  examples.user_own_final.push_back(rows.strongest_own_final);
}

/// At most `max_candidates` rows a user, the touched ones first.
ranking::RowCount count_rows(const LogQueries& queries, const std::vector<UserIdx>& users,
                             std::size_t max_candidates, int threads) {
  std::vector<std::size_t> touched(users.size());
  parallel_chunks(users.size(), 512, threads, [&](std::size_t begin, std::size_t end) {
    EventColumns merged;
    std::vector<ItemIdx> products;
    for (std::size_t u = begin; u < end; ++u) {
      touched_products(queries.of(users[u], merged).events, products);
      touched[u] = std::min(products.size(), max_candidates);
    }
  });
  const auto n_touched = static_cast<double>(std::accumulate(touched.begin(), touched.end(), 0UL));
  return {n_touched, static_cast<double>(users.size() * max_candidates) - n_touched};
}

ranking::Examples make_examples(const command::Context& context, const Shop& shop, const Fold& fold,
                                const Bases& bases, double budget, int threads) {
  const FoldEngine fold_engine(context, shop, fold);
  const auto& engine = fold_engine.engine();
  const auto config = read_section<engine::EngineConfig>(context.params, "engine");
  const auto choose = selection::read_choose(context.params);
  const auto scored =
      engine::users_to_score(fold_engine.queries(), *fold_engine.models().own_history,
                             engine::max_scored_users(config, choose.max_users), {}, threads);
  const auto purchases = purchases_between(shop.events, fold.cut, fold.to);
  std::vector<UserIdx> buyers;
  std::vector<UserIdx> others;
  for (const auto user : scored) (purchases.of(user).empty() ? others : buyers).push_back(user);
  const auto count = [&](const std::vector<UserIdx>& users) {
    return count_rows(fold_engine.queries(), users, static_cast<std::size_t>(config.max_candidates),
                      threads);
  };
  const ranking::Sampler sampler(shop, context.seed, fold.cut, budget, count(buyers),
                                 count(others));
  std::vector<UserIdx> kept;
  for (const auto user : scored) {
    if (sampler.keeps_user(user, !purchases.of(user).empty())) kept.push_back(user);
  }
  ranking::Examples examples;
  examples.cut = fold.cut;
  examples.to = fold.to;
  examples.columns = engine.column_names();
  // batches bound the memory of rows that wait to be appended
  constexpr std::size_t kBatch = 2048;
  for (std::size_t begin = 0; begin < kept.size(); begin += kBatch) {
    const std::size_t n = std::min(kBatch, kept.size() - begin);
    std::vector<UserRowsOut> rows(n);
    parallel_chunks(n, 16, threads, [&](std::size_t first, std::size_t last) {
      engine::UserBlock block;
      Scratch scratch;
      for (std::size_t u = first; u < last; ++u) {
        rows[u] =
            make_rows(fold_engine, kept[begin + u], purchases, sampler, bases, block, scratch);
      }
    });
    for (const auto& user_rows : rows) {
      append(user_rows, sampler.user_weight(user_rows.is_buyer), examples);
    }
  }
  return examples;
}

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = load_folds(context.path(command::kSplitFile));
  const auto config = read_section<ExamplesConfig>(context.params, "examples");
  const auto final_rule = own_history_of(context, shop, kFinalFold);
  const Bases bases{folds.valid ? own_history_of(context, shop, kValidFold) : final_rule,
                    final_rule};
  context.progress->begin("make training rows", folds.train.size(), "folds");
  std::atomic<std::size_t> n_rows = 0;
  const double budget =
      static_cast<double>(config.max_rows) / static_cast<double>(folds.train.size());
  write_folder(context.path(command::kExamplesFolder), [&](const std::filesystem::path& beside) {
    parallel_tasks(folds.train.size(), context.threads, [&](std::size_t task, int threads) {
      const auto& fold = folds.train[task];
      const auto examples = make_examples(context, shop, fold, bases, budget, threads);
      const auto file = command::examples_file(context.workspace, fold.name).filename();
      ranking::save_examples(examples, beside / fold.name / file);
      n_rows += examples.n_rows();
      context.progress->advance(1);
    });
  });
  context.progress->end(fmt::format("{} rows of {} folds", n_rows.load(), folds.train.size()));
}

std::vector<SectionInfo> sections() {
  auto sections = engine::engine_sections();
  sections.push_back({"examples", describe<ExamplesConfig>()});
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  return sections;
}

}  // namespace

command::Command examples_command() {
  return {.name = "examples",
          .summary = "makes, for every train window, rows of candidates, features and labels",
          .inputs = {{command::kShopFile, "the shop"},
                     {command::kSplitFile, "the folds"},
                     {command::kModelsFolder, "the folds' models"}},
          .outputs = {{command::kExamplesFolder, "a folder a train window"}},
          .sections = sections(),
          .options = {},
          .example = "vitrina examples --set examples.max_rows=100000",
          .run = run};
}

}  // namespace vitrina::pipeline
