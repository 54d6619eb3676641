#include "stages/pack/stage.hpp"

#include <fmt/format.h>

#include "bundle/bundle.hpp"
#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/workspace_shop.hpp"

namespace vitrina::stages::pack {
namespace {

void run(const StageContext& context) {
  const auto kept_shop = workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folder = context.path(kBundleFolder);
  context.progress->begin("pack", 0, "");
  const auto fingerprint =
      bundle::write_bundle({shop, models_file(context.workspace, kFinalFold),
                            context.path(kFinalFolder) / "ranker.vtr", context.params},
                           folder);
  context.progress->end(fmt::format("bundle {}", fingerprint));
}

}  // namespace

Stage stage() {
  return {.name = "pack",
          .summary = "packs the final models and ranker into a checked bundle that answers alone",
          .inputs = {{kShopFile, "the shop"},
                     {kModelsFolder, "the final models"},
                     {kFinalFolder, "the final ranker"}},
          .outputs = {{kBundleFolder, "products, models, ranker, parameters and a manifest"}},
          .sections = bundle::answer_sections(),
          .options = {},
          .example = "vitrina pack",
          .run = run};
}

}  // namespace vitrina::stages::pack
