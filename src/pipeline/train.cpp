#include <fmt/format.h>

#include "command/layout.hpp"
#include "pipeline/blend_file.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/lineage.hpp"
#include "pipeline/steps.hpp"
#include "pipeline/train_ranker.hpp"
#include "ranking/blend_choice.hpp"

namespace vitrina::pipeline {
namespace {

constexpr auto kLineage = ranking::Lineage::kValid;

/// The windows that begin when those of the valid lineage have ended.
std::vector<Fold> later_windows(const Folds& folds) {
  std::vector<Fold> later;
  for (const auto& fold : folds.train) {
    if (folds.valid && fold.cut >= folds.valid->cut) later.push_back(fold);
  }
  return later;
}

ranking::BlendChoice choose(const command::Context& context, const Folds& folds,
                            const ranking::Ranker& ranker, const ranking::RankerConfig& config) {
  context.progress->begin("choose blend", 0, "");
  const auto examples = load_windows(context, later_windows(folds));
  std::vector<const ranking::Examples*> windows;
  for (const auto& window : examples) windows.push_back(&window);
  auto choice = ranking::choose_blend(ranker, windows, kLineage, config, context.threads);
  const auto& best = choice.best();
  context.progress->end(fmt::format("{:.2f} share, {:.2f} hit, {:.2f} two-step, {} trees{}",
                                    best.blend[ranking::kShare], best.blend[ranking::kHit],
                                    best.blend[ranking::kTwoStep], best.rounds,
                                    choice.is_tested ? "" : ": too little to choose by"));
  return choice;
}

void run(const command::Context& context) {
  const auto folds = load_folds(context.path(command::kSplitFile));
  check_made_of(context.path(command::kExamplesFolder), folds, "examples");
  const auto config = read_section<ranking::RankerConfig>(context.params, "train");
  const bool chooses = config.choose && config.rounds > 0;
  auto ranker =
      train_ranker(context, folds, kLineage, chooses ? ranking::with_all_models(config) : config);
  if (chooses) {
    const auto choice = choose(context, folds, ranker, config);
    ranker = ranker.reduced(choice.best().blend, choice.best().rounds);
    save_blend(choice, context.path(command::kRankerFolder) / command::kBlend);
  } else {
    save_blend({}, context.path(command::kRankerFolder) / command::kBlend);
  }
  ranker.save(context.path(command::kRankerFolder));
  write_made_of(context.path(command::kRankerFolder), folds);
  write_ranker_report(ranker, train_windows(folds, kLineage).size(),
                      context.path(command::kTrainReport));
}

}  // namespace

command::Command train_command() {
  return {.name = "train",
          .summary = "trains the ranker on the windows before the valid fold",
          .inputs = {{command::kSplitFile, "the folds"},
                     {command::kExamplesFolder, "the training rows"}},
          .outputs = {{command::kRankerFolder,
                       "the ranker that `evaluate` judges, and which models speak and with how "
                       "many trees, as the newest windows chose"},
                      {command::kTrainReport, "sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina train --set train.rounds=200",
          .run = run};
}

}  // namespace vitrina::pipeline
