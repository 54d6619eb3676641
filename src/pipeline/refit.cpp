#include "pipeline/steps.hpp"

#include "command/layout.hpp"
#include "pipeline/blend_file.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/train_ranker.hpp"

namespace vitrina::pipeline {
namespace {

void run(const command::Context& context) {
  const auto folds = load_folds(context.path(command::kSplitFile));
  const auto config = with_blend(read_section<ranking::RankerConfig>(context.params, "train"),
                                 context.path(command::kBlendFile));
  auto ranker = train_ranker(context, folds, ranking::Lineage::kFinal, config);
  ranker.set_buyers(ranking::BuyerCalibration::load(context.path(command::kBuyersFile)));
  ranker.save(context.path(command::kFinalFolder));
  write_ranker_report(ranker, folds.train.size(), context.path(command::kRefitReport));
}

}  // namespace

command::Command refit_command() {
  return {.name = "refit",
          .summary = "trains the same ranker, of the models that `train` chose, on all windows",
          .inputs = {{command::kSplitFile, "the folds"},
                     {command::kExamplesFolder, "the training rows"},
                     {command::kBlendFile, "which models speak and with how many trees"},
                     {command::kBuyersFile, "the calibration of buyers"}},
          .outputs = {{command::kFinalFolder, "the ranker that is packed"},
                      {command::kRefitReport, "its sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina refit",
          .run = run};
}

}  // namespace vitrina::pipeline
