#pragma once

#include "command/command.hpp"
#include "data/shop.hpp"
#include "engine/engine.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"

namespace vitrina::pipeline {

/// The engine of a fold with the models it needs, read from the workspace.
class FoldEngine {
 public:
  FoldEngine(const command::Context& context, const Shop& shop, const Fold& fold)
      : models_(
            models::load_models(models_file(context, fold), models::identity_remap(shop), shop)),
        engine_(shop, models_, fold.cut, {}, context.params) {}

  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  [[nodiscard]] const models::ModelSet& models() const { return models_; }

 private:
  static std::filesystem::path models_file(const command::Context& context, const Fold& fold);

  models::ModelSet models_;
  engine::Engine engine_;
};

}  // namespace vitrina::pipeline
