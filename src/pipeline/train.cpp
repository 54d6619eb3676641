#include "pipeline/steps.hpp"

#include "command/layout.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/train_ranker.hpp"

namespace vitrina::pipeline {
namespace {

void run(const command::Context& context) {
  const auto folds = load_folds(context.path(command::kSplitFile));
  constexpr auto kLineage = ranking::Lineage::kValid;
  const auto ranker = train_ranker(context, folds, kLineage);
  ranker.save(context.path(command::kRankerFolder));
  write_ranker_report(ranker, train_windows(folds, kLineage).size(),
                      context.path(command::kTrainReport));
}

}  // namespace

command::Command train_command() {
  return {.name = "train",
          .summary = "trains the ranker on the windows before the valid fold",
          .inputs = {{command::kSplitFile, "the folds"},
                     {command::kExamplesFolder, "the training rows"}},
          .outputs = {{command::kRankerFolder, "the ranker that `evaluate` judges"},
                      {command::kTrainReport, "sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina train --set train.rounds=200",
          .run = run};
}

}  // namespace vitrina::pipeline
