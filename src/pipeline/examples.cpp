#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <numeric>
#include <utility>

#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "data/purchases.hpp"
#include "engine/answer.hpp"
#include "pipeline/fold_engine.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/lineage.hpp"
#include "pipeline/visit_moments.hpp"
#include "ranking/examples.hpp"
#include "ranking/sampler.hpp"
#include "ranking/usual_sales.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::pipeline {
namespace {

struct ExamplesConfig {
  int max_rows = 300'000;
  double visit_share = 0.25;

  void visit(ConfigVisitor& v) {
    v.field("max_rows", max_rows, {1000, 1e9},
            "training rows of all folds together; rows that were not bought are sampled to fit and "
            "weighted back");
    v.field("visit_share", visit_share, {0, 0.9},
            "share of the rows, at most, that are of moments inside visits: what is put into the "
            "basket or ordered next");
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

/// The rows of one query of which `bought` is what came of it. `weight_of(item, is_bought,
/// is_touched)` says how many candidates a row stands for, 0 where it is left out; `block` and
/// `scratch` are memory of the worker.
template <class WeightOf>
UserRowsOut make_rows(const engine::Engine& engine, const Query& query,
                      std::span<const ItemIdx> bought, const Bases& bases, engine::UserBlock& block,
                      Scratch& scratch, WeightOf&& weight_of) {
  engine.candidates(query, block, scratch);
  engine.features(block, scratch);
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
    const float weight = weight_of(block.item[r], is_bought, is_touched);
    if (weight == 0) continue;
    rows.features.insert(rows.features.end(), row_of_user(r), row_of_user(r + 1));
    rows.label.push_back(is_bought ? 1.0F / static_cast<float>(bought.size()) : 0.0F);
    rows.weight.push_back(weight);
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

/// As many rows a user as there may be candidates, the touched ones first.
ranking::RowCount count_rows(const LogQueries& queries, const std::vector<UserIdx>& users,
                             const engine::EngineConfig& config, int threads) {
  std::vector<std::size_t> touched(users.size());
  std::vector<std::size_t> all(users.size());
  parallel_chunks(users.size(), 512, threads, [&](std::size_t begin, std::size_t end) {
    EventColumns merged;
    std::vector<ItemIdx> products;
    for (std::size_t u = begin; u < end; ++u) {
      const auto events = queries.of(users[u], merged).events;
      ordered_products(events, products);
      all[u] = engine::n_candidates(config, products.size());
      touched_products(events, products);
      touched[u] = std::min(products.size(), all[u]);
    }
  });
  const auto n_touched = static_cast<double>(std::accumulate(touched.begin(), touched.end(), 0UL));
  return {n_touched, static_cast<double>(std::accumulate(all.begin(), all.end(), 0UL)) - n_touched};
}

/// Appends the rows of `n` users or moments: `make(i, block, scratch)` makes those of one,
/// `weight(i, rows)` is how many users they stand for. Batches bound the memory of rows that wait.
template <class Make, class Weight>
void append_all(std::size_t n, int threads, Make&& make, Weight&& weight,
                ranking::Examples& examples) {
  constexpr std::size_t kBatch = 2048;
  for (std::size_t begin = 0; begin < n; begin += kBatch) {
    std::vector<UserRowsOut> rows(std::min(kBatch, n - begin));
    parallel_chunks(rows.size(), 16, threads, [&](std::size_t first, std::size_t last) {
      engine::UserBlock block;
      Scratch scratch;
      for (std::size_t i = first; i < last; ++i) rows[i] = make(begin + i, block, scratch);
    });
    for (std::size_t i = 0; i < rows.size(); ++i) {
      append(rows[i], weight(begin + i, rows[i]), examples);
    }
  }
}

/// Makes the training rows of the folds of a log.
class ExampleMaker {
 public:
  ExampleMaker(const command::Context& context, const Shop& shop, const Folds& folds)
      : context_(context),
        shop_(shop),
        config_(read_section<ExamplesConfig>(context.params, "examples")),
        engine_config_(read_section<engine::EngineConfig>(context.params, "engine")),
        max_users_(selection::read_choose(context.params).max_users),
        budget_(static_cast<double>(config_.max_rows) / static_cast<double>(folds.train.size())),
        bases_(read_bases(context, shop, folds)),
        usual_(shop.events, folds.begin, folds.end, folds.label_length) {}

  [[nodiscard]] ranking::Examples make(const Fold& fold, int threads) const {
    const FoldEngine fold_engine(context_, shop_, fold);
    const auto purchases = purchases_between(shop_.events, fold.cut, fold.to);
    const auto sales = usual_.weights(purchases, fold.cut);
    ranking::Examples examples;
    examples.cut = fold.cut;
    examples.to = fold.to;
    examples.columns = fold_engine.engine().column_names();
    const auto moments =
        visit_moments(shop_, fold.cut, fold.to,
                      static_cast<std::size_t>(budget_ * config_.visit_share / kRowsAMoment),
                      mix64(context_.seed, static_cast<std::uint64_t>(fold.cut)));
    const double left = budget_ - kRowsAMoment * static_cast<double>(moments.size());
    append_users(fold_engine, fold, purchases, sales, left, threads, examples);
    append_moments(fold_engine, moments, sales, threads, examples);
    return examples;
  }

 private:
  static Bases read_bases(const command::Context& context, const Shop& shop, const Folds& folds) {
    const auto final_rule = own_history_of(context, shop, kFinalFold);
    return {folds.valid ? own_history_of(context, shop, kValidFold) : final_rule, final_rule};
  }

  /// The customers as of the fold's cut, and what they bought after it.
  void append_users(const FoldEngine& fold_engine, const Fold& fold, const Purchases& purchases,
                    const ranking::SaleWeights& sales, double budget, int threads,
                    ranking::Examples& examples) const {
    const auto scored =
        engine::users_to_score(fold_engine.queries(), *fold_engine.models().own_history,
                               engine::max_scored_users(engine_config_, max_users_), {}, threads);
    std::vector<UserIdx> buyers;
    std::vector<UserIdx> others;
    for (const auto user : scored) (purchases.of(user).empty() ? others : buyers).push_back(user);
    const auto count = [&](const std::vector<UserIdx>& users) {
      return count_rows(fold_engine.queries(), users, engine_config_, threads);
    };
    const ranking::Sampler sampler(shop_, context_.seed, fold.cut, budget, count(buyers),
                                   count(others));
    std::vector<UserIdx> kept;
    for (const auto user : scored) {
      if (sampler.keeps_user(user, !purchases.of(user).empty())) kept.push_back(user);
    }
    append_all(
        kept.size(), threads,
        [&](std::size_t i, engine::UserBlock& block, Scratch& scratch) {
          const auto bought = purchases.of(kept[i]);
          const auto weight_of = [&](ItemIdx item, bool is_bought, bool is_touched) {
            if (is_bought) return sampler.row_weight(true, true, is_touched) * sales.of(item);
            return sampler.keeps_row(kept[i], item, is_touched)
                       ? sampler.row_weight(!bought.empty(), false, is_touched)
                       : 0.0F;
          };
          return make_rows(fold_engine.engine(), fold_engine.queries().of(kept[i], block.merged),
                           bought, bases_, block, scratch, weight_of);
        },
        [&](std::size_t i, const UserRowsOut& rows) {
          const float of_basket = rows.is_buyer ? sales.of_buyer(purchases.of(kept[i])) : 1.0F;
          return sampler.user_weight(rows.is_buyer) * of_basket;
        },
        examples);
  }

  /// Moments inside the visits of the label window, asked of the models as of the cut, as they are
  /// when a visit is answered. They say what is wanted next, and nothing of whether a customer
  /// comes: they stand for no user.
  void append_moments(const FoldEngine& fold_engine, const std::vector<VisitMoment>& moments,
                      const ranking::SaleWeights& sales, int threads,
                      ranking::Examples& examples) const {
    append_all(
        moments.size(), threads,
        [&](std::size_t i, engine::UserBlock& block, Scratch& scratch) {
          const auto& moment = moments[i];
          const LogQueries queries{shop_.events, moment.as_of, fold_engine.queries().k};
          const auto weight_of = [&](ItemIdx item, bool is_wanted, bool is_touched) {
            if (is_wanted) return sales.of(item);
            if (is_touched) return 1.0F;
            const auto draw = mix64(moment.hash, hash_text(shop_.items.external(item)));
            return unit_interval(draw) < kUntouchedShare ? static_cast<float>(1 / kUntouchedShare)
                                                         : 0.0F;
          };
          return make_rows(fold_engine.engine(), queries.of(moment.user, block.merged),
                           moment.wanted, bases_, block, scratch, weight_of);
        },
        [](std::size_t, const UserRowsOut&) { return 0.0F; }, examples);
  }

  /// Of a moment every touched candidate is kept and this share of the others; about so many rows.
  static constexpr double kUntouchedShare = 0.25;
  static constexpr double kRowsAMoment = 25;

  const command::Context& context_;
  const Shop& shop_;
  ExamplesConfig config_;
  engine::EngineConfig engine_config_;
  int max_users_;
  double budget_;  ///< rows a fold
  Bases bases_;
  ranking::UsualSales usual_;
};

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = folds_of_shop(context);
  check_made_of(context.path(command::kModelsFolder), folds, "fit");
  context.progress->begin("make training rows", folds.train.size(), "folds");
  const ExampleMaker maker(context, shop, folds);
  std::atomic<std::size_t> n_rows = 0;
  write_folder(context.path(command::kExamplesFolder), [&](const std::filesystem::path& beside) {
    parallel_tasks(folds.train.size(), context.threads, [&](std::size_t task, int threads) {
      const auto& fold = folds.train[task];
      const auto examples = maker.make(fold, threads);
      const auto file = command::examples_file(context.workspace, fold.name).filename();
      ranking::save_examples(examples, beside / fold.name / file);
      n_rows += examples.n_rows();
      context.progress->advance(1);
    });
    write_made_of(beside, folds);
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
