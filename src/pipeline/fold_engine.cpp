#include "pipeline/fold_engine.hpp"

#include "command/layout.hpp"

namespace vitrina::pipeline {

std::filesystem::path FoldEngine::models_file(const command::Context& context, const Fold& fold) {
  return command::models_file(context.workspace, fold.name);
}

}  // namespace vitrina::pipeline
