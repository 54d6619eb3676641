#include "stages/pack/stage.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "data/shop_file.hpp"
#include "stages/bundle.hpp"
#include "stages/folds.hpp"
#include "stages/layout.hpp"

namespace vitrina::stages::pack {
namespace {

void run(const StageContext& context) {
  const auto shop = load_shop(context.path(kShopFile));
  const auto folder = context.path(kBundleFolder);
  context.progress->begin("pack", 0, "");
  save_bundle_products(shop, folder / "products.vtr");
  write_file(folder / "models.vtr", read_file(models_file(context.workspace, kFinalFold)));
  write_file(folder / "ranker.vtr", read_file(context.path(kFinalFolder) / "ranker.vtr"));
  nlohmann::ordered_json params;
  for (const auto& [key, value] : context.params) {
    // where the training data were and how they were read is no business of who answers with it
    if (!key.starts_with("ingest.") && !key.starts_with("simulate.")) params[key] = value;
  }
  write_file(folder / "params.json", params.dump(2) + "\n");
  const auto fingerprint =
      write_manifest(folder, {"models.vtr", "params.json", "products.vtr", "ranker.vtr"});
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
          .sections = {},
          .options = {},
          .example = "vitrina pack",
          .run = run};
}

}  // namespace vitrina::stages::pack
