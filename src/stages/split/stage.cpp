#include "stages/split/stage.hpp"

#include <fmt/format.h>

#include "core/progress.hpp"
#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/workspace_shop.hpp"

namespace vitrina::stages::split {
namespace {

void run(const StageContext& context) {
  const auto kept_shop = workspace_shop(context);
  const Shop& shop = *kept_shop;
  context.progress->begin("decide folds", 0, "");
  const auto folds =
      decide_folds(shop.begin, shop.end, read_section<SplitConfig>(context.params, "split"));
  save_folds(folds, context.path(kSplitFile));
  context.progress->end(fmt::format("{} train windows of {:g} days, {} valid fold",
                                    folds.train.size(), to_days(folds.label_length),
                                    folds.valid ? "a" : "no"));
}

}  // namespace

Stage stage() {
  return {.name = "split",
          .summary = "decides the folds from the log's length: train windows and a valid one",
          .inputs = {{kShopFile, "the shop"}},
          .outputs = {{kSplitFile, "cut and label window of every fold"}},
          .sections = {{"split", describe<SplitConfig>()}},
          .options = {{"--horizon-days", "DAYS", "days ahead that purchases are predicted", false,
                       "split.horizon_days"}},
          .example = "vitrina split --horizon-days 3",
          .run = run};
}

}  // namespace vitrina::stages::split
