#include "tools/tools.hpp"

#include <ostream>

#include "command/layout.hpp"
#include "pipeline/summarise.hpp"

namespace vitrina::tools {
namespace {

void run(const command::Context& context) {
  *context.out << pipeline::summarise(context.workspace, command::read_language(context));
}

}  // namespace

command::Command summary_command() {
  return {
      .name = "summary",
      .summary = "prints ten lines on a finished pipeline: data, models, metrics, who was named",
      .inputs = {{command::kIngestReport, "what was read"},
                 {command::kSplitFile, "the folds"},
                 {command::kTrainReport, "the model that was judged"},
                 {command::kRefitReport, "the model that answers"},
                 {command::kMetricsReport, "metrics of the valid fold"},
                 {command::kAnswerReport, "who was chosen"}},
      .outputs = {},
      .sections = {},
      .options = {command::language_option()},
      .example = "vitrina summary --workspace .",
      .run = run,
      .is_pipeline = false};
}

}  // namespace vitrina::tools
