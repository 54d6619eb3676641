#include "stages/fold_engine.hpp"

#include "stages/layout.hpp"

namespace vitrina::stages {

std::filesystem::path FoldEngine::models_file(const StageContext& context, const Fold& fold) {
  return stages::models_file(context.workspace, fold.name);
}

}  // namespace vitrina::stages
