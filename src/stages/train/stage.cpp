#include "stages/train/stage.hpp"

#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/train_ranker.hpp"

namespace vitrina::stages::train {
namespace {

void run(const StageContext& context) {
  const auto folds = load_folds(context.path(kSplitFile));
  std::vector<Fold> windows;
  for (const auto& fold : folds.train) {
    if (folds.is_before_valid(fold)) windows.push_back(fold);
  }
  const auto ranker = train_ranker(context, windows, ranking::Lineage::kValid);
  ranker.save(context.path(kRankerFolder));
  write_ranker_report(ranker, windows.size(), context.path(kTrainReport));
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
          .example = "vitrina train --set train.rounds=120",
          .run = run};
}

}  // namespace vitrina::stages::train
