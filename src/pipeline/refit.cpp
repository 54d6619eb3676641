#include "pipeline/steps.hpp"

#include "command/layout.hpp"
#include "pipeline/blend_file.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/lineage.hpp"
#include "pipeline/train_ranker.hpp"

namespace vitrina::pipeline {
namespace {

void run(const command::Context& context) {
  const auto folds = load_folds(context.path(command::kSplitFile));
  check_made_of(context.path(command::kExamplesFolder), folds, "examples");
  check_made_of(context.path(command::kRankerFolder), folds, "train");
  check_made_of(context.path(command::kValidFolder), folds, "evaluate");
  const auto config = with_blend(read_section<ranking::RankerConfig>(context.params, "train"),
                                 context.path(command::kRankerFolder) / command::kBlend);
  auto ranker = train_ranker(context, folds, ranking::Lineage::kFinal, config);
  ranker.set_buyers(
      ranking::BuyerCalibration::load(context.path(command::kValidFolder) / command::kBuyers));
  ranker.save(context.path(command::kFinalFolder));
  write_made_of(context.path(command::kFinalFolder), folds);
  write_ranker_report(ranker, folds.train.size(), context.path(command::kRefitReport));
}

}  // namespace

command::Command refit_command() {
  return {.name = "refit",
          .summary = "trains the same ranker, of the models that `train` chose, on all windows",
          .inputs = {{command::kSplitFile, "the folds"},
                     {command::kExamplesFolder, "the training rows"},
                     {command::kRankerFolder, "which models speak and with how many trees"},
                     {command::kValidFolder, "the calibration of buyers"}},
          .outputs = {{command::kFinalFolder, "the ranker that is packed"},
                      {command::kRefitReport, "its sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina refit",
          .run = run};
}

}  // namespace vitrina::pipeline
