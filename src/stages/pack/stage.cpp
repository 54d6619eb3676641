#include "stages/pack/stage.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "bundle/bundle.hpp"
#include "core/file.hpp"
#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/workspace_shop.hpp"

namespace vitrina::stages::pack {
namespace {

void run(const StageContext& context) {
  const auto kept_shop = workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folder = context.path(kBundleFolder);
  context.progress->begin("pack bundle", 0, "");
  std::string fingerprint;
  write_folder(folder, [&](const std::filesystem::path& beside) {
    fingerprint = bundle::write_bundle({shop, models_file(context.workspace, kFinalFold),
                                        context.path(kFinalFolder) / "ranker.vtr", context.params},
                                       beside);
  });
  context.progress->end(fingerprint);
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
