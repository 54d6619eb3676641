#include "pipeline/fold_engine.hpp"

#include "command/layout.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::pipeline {

FoldEngine::FoldEngine(const command::Context& context, const Shop& shop, const Fold& fold)
    : models_(models::load_models(command::models_file(context.workspace, fold.name), shop)),
      engine_(shop, models_, context.params),
      queries_{shop.events, fold.cut, selection::read_choose(context.params).limits().k} {}

}  // namespace vitrina::pipeline
