#include "stages/fit/stage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/parallel.hpp"
#include "engine/engine.hpp"
#include "models/model_set.hpp"
#include "selection/choose_config.hpp"
#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/workspace_shop.hpp"

namespace vitrina::stages::fit {
namespace {

void run(const StageContext& context) {
  const auto kept_shop = workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = load_folds(context.path(kSplitFile));
  const auto choose = selection::read_choose(context.params);
  auto cuts = folds.train;
  if (folds.valid) cuts.push_back(*folds.valid);
  cuts.push_back({kFinalFold, folds.end, folds.end});
  const auto wanted = engine::needed_models(context.params);
  context.progress->begin("fit models", cuts.size() * wanted.size(), "models");
  // the longest work first: a fold costs what lies before its cut
  std::stable_sort(cuts.begin(), cuts.end(),
                   [](const Fold& a, const Fold& b) { return a.cut > b.cut; });
  parallel_tasks(cuts.size(), context.threads, [&](std::size_t task, int threads) {
    const auto& fold = cuts[task];
    const models::FitContext fit{shop,     fold.cut, folds.label_length, choose.max_users,
                                 choose.k, threads,  context.seed};
    const auto fitted = models::fit_models(fit, wanted, context.params, *context.progress);
    models::save_models(fitted, models_file(context.workspace, fold.name));
  });
  context.progress->end(fmt::format("{} folds", cuts.size()));
}

std::vector<SectionInfo> sections() {
  auto sections = models::model_sections();
  for (auto& section : engine::engine_sections()) sections.push_back(std::move(section));
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  return sections;
}

}  // namespace

Stage stage() {
  return {.name = "fit",
          .summary =
              "fits, for every fold, the models that generators and features ask, on events "
              "before its cut",
          .inputs = {{kShopFile, "the shop"}, {kSplitFile, "the folds"}},
          .outputs = {{kModelsFolder, "a folder a fold: the models that are asked for"}},
          .sections = sections(),
          .options = {},
          .example = "vitrina fit --set models.covisitation.neighbours=60",
          .run = run};
}

}  // namespace vitrina::stages::fit
