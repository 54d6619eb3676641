#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/file.hpp"
#include "data/purchases.hpp"
#include "engine/answer.hpp"
#include "evaluation/answer_lists.hpp"
#include "evaluation/baseline_rules.hpp"
#include "evaluation/expectations.hpp"
#include "evaluation/metrics_report.hpp"
#include "evaluation/proposals.hpp"
#include "evaluation/segments.hpp"
#include "io/buyers_csv.hpp"
#include "metrics/ceiling.hpp"
#include "pipeline/fold_engine.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/lineage.hpp"
#include "selection/choose_config.hpp"
#include "selection/ratio_choice.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

struct EvaluateConfig {
  int draws = 2000;
  int calibration_bins = 10;

  void visit(ConfigVisitor& v) {
    v.field("draws", draws, {1, 1e6}, "bootstrap draws of every interval");
    v.field("calibration_bins", calibration_bins, {1, 1000}, "bins of the reliability diagram");
  }
};

Json ceilings_json(const FoldEngine& fold, const Purchases& bought, selection::ChoiceLimits limits,
                   int threads, std::string& csv) {
  Json json;
  csv = "generator,share_of_pairs,recall_a\n";
  for (const auto& [name, lists] :
       evaluation::proposals(fold.engine(), fold.queries(), bought, threads)) {
    const auto found =
        metrics::ceiling(metrics::as_lists(bought), lists, {limits.max_users, limits.k});
    json[name] = {{"share_of_pairs", found.share_of_pairs}, {"recall_a", found.recall}};
    csv += fmt::format("{},{:.6f},{:.6f}\n", name, found.share_of_pairs, found.recall);
  }
  return json;
}

std::string recall_by_k_csv(const Purchases& bought, const metrics::UserLists& sent,
                            std::size_t k) {
  std::string csv = "k,recall_a\n";
  const auto curve = metrics::recall_by_k(metrics::as_lists(bought), sent, k);
  for (std::size_t i = 0; i < curve.size(); ++i) csv += fmt::format("{},{:.6f}\n", i + 1, curve[i]);
  return csv;
}

std::string buyers_csv(const Shop& shop, const std::vector<metrics::UserResult>& results) {
  std::vector<io::BuyerRow> rows;
  for (const auto& result : results) {
    if (!result.is_buyer()) continue;
    rows.push_back({std::string(shop.users.external(result.user)), result.n_bought, result.n_hits,
                    result.sent});
  }
  return io::buyers_text(rows);
}

/// The first rows: the choice for reading A out of one without a limit.
engine::Answer first_rows(const engine::Answer& all, std::size_t n) {
  std::vector<std::size_t> rows(std::min(n, all.users.size()));
  std::iota(rows.begin(), rows.end(), 0);
  return selection::rows_of(all, std::span<const std::size_t>(rows));
}

/// Curves over nobody: their headers alone.
void write_empty_plots(const std::filesystem::path& plots) {
  write_file(plots / "recall_by_k.csv", "k,recall_a\n");
  write_file(plots / "ceilings.csv", "generator,share_of_pairs,recall_a\n");
  write_file(plots / "calibration.csv", "expected,achieved,users\n");
  write_file(plots / "segments.csv", "events_before,buyers,named,recall_a\n");
}

void write_nothing_to_judge(const command::Context& context) {
  ranking::BuyerCalibration{}.save(context.path(command::kValidFolder) / command::kBuyers);
  const Json json{{"valid", nullptr},
                  {"reason", "the log is too short for a valid fold: nothing was judged"}};
  write_file(context.path(command::kValidBuyers), io::buyers_text({}));
  write_folder(context.path(command::kPlotsFolder), write_empty_plots);
  write_file(context.path(command::kMetricsReport), json.dump(2) + "\n");
}

void judge_valid_fold(const command::Context& context, const Shop& shop, const Folds& folds) {
  const auto config = read_section<EvaluateConfig>(context.params, "evaluate");
  const auto choose = selection::read_choose(context.params);
  const auto limits = choose.limits();
  const Fold& fold = *folds.valid;
  const FoldEngine fold_engine(context, shop, fold);
  const auto& engine = fold_engine.engine();
  const auto ranker = ranking::Ranker::load(context.path(command::kRankerFolder));
  const auto limit = engine::max_scored_users(
      read_section<engine::EngineConfig>(context.params, "engine"), choose.max_users);
  const auto users = engine::users_to_score(
      fold_engine.queries(), *fold_engine.models().own_history, limit, {}, context.threads);
  context.progress->begin("score valid fold", users.size(), "users");
  const auto all =
      engine::answer(engine, {ranker, *fold_engine.models().own_history}, fold_engine.queries(),
                     users, users.size(), {}, context.threads, *context.progress);
  const auto for_a = first_rows(all, limits.max_users);
  const auto bought = purchases_between(shop.events, fold.cut, fold.to);
  const auto answer = choose.is_for_ratio() ? evaluation::choose_for_b(all, bought, limits) : for_a;
  context.progress->end(fmt::format("{} users chosen", answer.users.size()));

  context.progress->begin("judge", 0, "");
  auto buyers = evaluation::calibrate_buyers(for_a, evaluation::outcomes(for_a, bought, limits.k));
  buyers.set_window(fold.cut, fold.to);
  buyers.save(context.path(command::kValidFolder) / command::kBuyers);
  const auto sent = evaluation::to_lists(answer);
  const auto results = metrics::judge(metrics::as_lists(bought), sent, limits.k);
  const metrics::BootstrapConfig bootstrap{config.draws, context.seed, 0.95, context.threads};
  Json json;
  json["valid"] = evaluation::readings_json(results, bootstrap);
  json["valid"]["cut"] = format_time(fold.cut);
  json["valid"]["to"] = format_time(fold.to);
  std::vector<std::vector<metrics::UserResult>> of_baselines;
  std::vector<evaluation::NamedResults> answers{{"recall_a", results}};
  for (const auto& baseline :
       evaluation::make_baselines(shop, fold_engine.models(), fold.cut, limits, context.threads)) {
    const auto& baseline_results = of_baselines.emplace_back(
        metrics::judge(metrics::as_lists(bought), baseline.sent, limits.k));
    answers.emplace_back(baseline.name, baseline_results);
    json["baselines"][baseline.name] = evaluation::readings_json(baseline_results, bootstrap);
    json["ahead_of"][baseline.name] = evaluation::ahead_json(results, baseline_results, bootstrap);
  }
  std::string ceilings;
  json["ceilings"] = ceilings_json(fold_engine, bought, limits, context.threads, ceilings);
  const bool is_judged = bought.n_buyers() > 0;
  if (!is_judged) {
    json["reason"] = "nobody bought anything in the valid fold: nothing was judged";
  }
  write_file(context.path(command::kValidBuyers), buyers_csv(shop, results));
  write_folder(context.path(command::kPlotsFolder), [&](const std::filesystem::path& plots) {
    if (!is_judged) return write_empty_plots(plots);
    write_file(plots / "recall_by_k.csv", recall_by_k_csv(bought, sent, limits.k));
    write_file(plots / "ceilings.csv", ceilings);
    write_file(plots / "calibration.csv",
               evaluation::calibration_csv(answer, evaluation::outcomes(answer, bought, limits.k),
                                           config.calibration_bins));
    write_file(plots / "segments.csv", evaluation::segments_csv(shop.events, fold.cut, answers));
  });
  write_file(context.path(command::kMetricsReport), json.dump(2) + "\n");
  if (!is_judged) {
    context.progress->end(json["reason"].get<std::string>());
    return;
  }
  context.progress->end(fmt::format("reading A {:.4f} over {} buyers",
                                    json["valid"]["recall_a"].get<double>(), bought.n_buyers()));
}

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = folds_of_shop(context);
  check_made_of(context.path(command::kModelsFolder), folds, "fit");
  check_made_of(context.path(command::kRankerFolder), folds, "train");
  if (folds.valid) {
    judge_valid_fold(context, shop, folds);
  } else {
    write_nothing_to_judge(context);
  }
  write_made_of(context.path(command::kValidFolder), folds);
}

std::vector<SectionInfo> sections() {
  auto sections = engine::engine_sections();
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  sections.push_back({"evaluate", describe<EvaluateConfig>()});
  return sections;
}

}  // namespace

command::Command evaluate_command() {
  return {.name = "evaluate",
          .summary =
              "judges the ranker on the valid fold: readings with intervals, baselines, "
              "ceilings",
          .inputs = {{command::kShopFile, "the shop"},
                     {command::kSplitFile, "the folds"},
                     {command::kModelsFolder, "the valid fold's models"},
                     {command::kRankerFolder, "the ranker"}},
          .outputs = {{command::kValidFolder,
                       "calibration: from a customer's sum of scores to expected recall and p_buy"},
                      {command::kMetricsReport,
                       "readings A, B, C, baselines and differences, ceilings"},
                      {command::kValidBuyers, "what became of every buyer of the valid fold"},
                      {command::kPlotsFolder,
                       "recall by k and by customers' activity, ceilings, calibration"}},
          .sections = sections(),
          .options = {},
          .example = "vitrina evaluate",
          .run = run};
}

}  // namespace vitrina::pipeline
