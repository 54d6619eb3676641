#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/archive.hpp"
#include "core/progress.hpp"
#include "pipeline/folds.hpp"

namespace vitrina::pipeline {
namespace {

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  context.progress->begin("decide folds", 0, "");
  auto folds =
      decide_folds(shop.begin, shop.end, read_section<SplitConfig>(context.params, "split"));
  folds.shop = archive_digest(context.path(command::kShopFile));
  save_folds(folds, context.path(command::kSplitFile));
  context.progress->end(fmt::format("{} train windows of {:g} days, {} valid fold",
                                    folds.train.size(), to_days(folds.label_length),
                                    folds.valid ? "a" : "no"));
}

}  // namespace

command::Command split_command() {
  return {.name = "split",
          .summary = "decides the folds from the log's length: train windows and a valid one",
          .inputs = {{command::kShopFile, "the shop"}},
          .outputs = {{command::kSplitFile, "cut and label window of every fold"}},
          .sections = {{"split", describe<SplitConfig>()}},
          .options = {{"--horizon-days", "DAYS", "days ahead that purchases are predicted", false,
                       "split.horizon_days"}},
          .example = "vitrina split --horizon-days 3",
          .run = run};
}

}  // namespace vitrina::pipeline
