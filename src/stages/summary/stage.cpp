#include "stages/summary/stage.hpp"

#include <ostream>

#include "stages/layout.hpp"
#include "stages/summary.hpp"

namespace vitrina::stages::summary {
namespace {

void run(const StageContext& context) { *context.out << summarise(context.workspace); }

}  // namespace

Stage stage() {
  return {.name = "summary",
          .summary = "prints ten lines on a finished pipeline: data, model, metrics, the chosen",
          .inputs = {{kIngestReport, "what was read"},
                     {kSplitFile, "the folds"},
                     {kTrainReport, "sizes of the training"},
                     {kMetricsReport, "metrics of the valid fold"},
                     {kAnswerReport, "who was chosen"}},
          .outputs = {},
          .sections = {},
          .options = {},
          .example = "vitrina summary --workspace .",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::stages::summary
