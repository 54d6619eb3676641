#include "stages/summary/stage.hpp"

#include <ostream>

#include "stages/layout.hpp"
#include "stages/summary.hpp"

namespace vitrina::stages::summary {
namespace {

void run(const StageContext& context) {
  *context.out << summarise(context.workspace, read_language(context));
}

}  // namespace

Stage stage() {
  return {
      .name = "summary",
      .summary = "prints ten lines on a finished pipeline: data, models, metrics, who was named",
      .inputs = {{kIngestReport, "what was read"},
                 {kSplitFile, "the folds"},
                 {kTrainReport, "the model that was judged"},
                 {kRefitReport, "the model that answers"},
                 {kMetricsReport, "metrics of the valid fold"},
                 {kAnswerReport, "who was chosen"}},
      .outputs = {},
      .sections = {},
      .options = {language_option()},
      .example = "vitrina summary --workspace .",
      .run = run,
      .is_pipeline = false};
}

}  // namespace vitrina::stages::summary
