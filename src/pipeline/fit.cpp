#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "engine/engine.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/kept_models.hpp"
#include "pipeline/lineage.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::pipeline {
namespace {

/// The models of a fold. Of the last one, which is packed, also what `similar` alone reads.
std::vector<models::ModelKind> models_of(const Fold& fold,
                                         const std::vector<models::ModelKind>& of_engine) {
  auto wanted = of_engine;
  if (fold.name == kFinalFold) wanted.push_back(models::ModelKind::kTitles);
  return wanted;
}

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = folds_of_shop(context);
  const auto choose = selection::read_choose(context.params);
  auto cuts = folds.train;
  if (folds.valid) cuts.push_back(*folds.valid);
  cuts.push_back({kFinalFold, folds.end, folds.end});
  const auto of_engine = engine::needed_models(context.params);
  std::size_t n_models = 0;
  for (const auto& fold : cuts) n_models += models_of(fold, of_engine).size();
  context.progress->begin("fit models", n_models, "models");
  // the longest work first: a fold costs what lies before its cut
  std::stable_sort(cuts.begin(), cuts.end(),
                   [](const Fold& a, const Fold& b) { return a.cut > b.cut; });
  std::atomic<std::size_t> n_kept = 0;
  const auto fit_fold = [&](const Fold& fold, const std::filesystem::path& to, int threads) {
    const auto wanted = models_of(fold, of_engine);
    const models::FitContext fit{shop,     fold.cut, folds.label_length, choose.max_users,
                                 choose.k, threads};
    const auto origins = origins_of(wanted, fit, context.params, folds.shop);
    const auto known = command::models_file(context.workspace, fold.name);
    const auto archive = to / known.filename();
    if (is_up_to_date(known, origins)) {
      keep(known, archive);
      context.progress->advance(wanted.size());
      n_kept += wanted.size();
      return;
    }
    auto models = load_kept(known, origins, shop);
    n_kept += models::count(models);
    models::fit_missing(fit, wanted, context.params, *context.progress, models);
    save_with_origins(models, archive, origins);
  };
  write_folder(context.path(command::kModelsFolder), [&](const std::filesystem::path& beside) {
    parallel_tasks(cuts.size(), context.threads, [&](std::size_t task, int threads) {
      fit_fold(cuts[task], beside / cuts[task].name, threads);
    });
    write_made_of(beside, folds);
  });
  const auto kept = n_kept > 0
                        ? fmt::format(", {} of {} models as they were", n_kept.load(), n_models)
                        : std::string();
  context.progress->end(fmt::format("{} folds{}", cuts.size(), kept));
}

std::vector<SectionInfo> sections() {
  auto sections = models::model_sections();
  for (auto& section : engine::engine_sections()) sections.push_back(std::move(section));
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  return sections;
}

}  // namespace

command::Command fit_command() {
  return {.name = "fit",
          .summary =
              "fits, for every fold, the models that generators and features ask, on events "
              "before its cut",
          .inputs = {{command::kShopFile, "the shop"}, {command::kSplitFile, "the folds"}},
          .outputs = {{command::kModelsFolder,
                       "a folder a fold: the models that are asked for; those of an earlier call "
                       "that would be the same stay"}},
          .sections = sections(),
          .options = {},
          .example = "vitrina fit --set models.covisitation.neighbours=60",
          .run = run};
}

}  // namespace vitrina::pipeline
