#include "stages/train/stage.hpp"

#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/train_ranker.hpp"

namespace vitrina::stages::train {
namespace {

void run(const StageContext& context) {
  const auto folds = load_folds(context.path(kSplitFile));
  constexpr auto kLineage = ranking::Lineage::kValid;
  const auto ranker = train_ranker(context, folds, kLineage);
  ranker.save(context.path(kRankerFolder));
  write_ranker_report(ranker, train_windows(folds, kLineage).size(), context.path(kTrainReport));
}

}  // namespace

Stage stage() {
  return {.name = "train",
          .summary = "trains the ranker on the windows before the valid fold",
          .inputs = {{kSplitFile, "the folds"}, {kExamplesFolder, "the training rows"}},
          .outputs = {{kRankerFolder, "the ranker that `evaluate` judges"},
                      {kTrainReport, "sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina train --set train.rounds=200",
          .run = run};
}

}  // namespace vitrina::stages::train
