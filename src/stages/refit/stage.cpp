#include "stages/refit/stage.hpp"

#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/train_ranker.hpp"

namespace vitrina::stages::refit {
namespace {

void run(const StageContext& context) {
  const auto folds = load_folds(context.path(kSplitFile));
  auto ranker = train_ranker(context, folds, ranking::Lineage::kFinal);
  ranker.set_buyers(ranking::BuyerCalibration::load(context.path(kBuyersFile)));
  ranker.save(context.path(kFinalFolder));
  write_ranker_report(ranker, folds.train.size(), context.path(kRefitReport));
}

}  // namespace

Stage stage() {
  return {.name = "refit",
          .summary = "trains the same ranker on all windows, the newest included",
          .inputs = {{kSplitFile, "the folds"},
                     {kExamplesFolder, "the training rows"},
                     {kBuyersFile, "the calibration of buyers"}},
          .outputs = {{kFinalFolder, "the ranker that is packed"},
                      {kRefitReport, "its sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina refit",
          .run = run};
}

}  // namespace vitrina::stages::refit
