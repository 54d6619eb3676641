#pragma once

#include "command/command.hpp"
#include "data/shop.hpp"
#include "engine/engine.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"

namespace vitrina::pipeline {

/// The engine of a fold with the models it needs, read from the workspace, and the queries of the
/// fold's customers: as of its cut, of the size of the answer.
class FoldEngine {
 public:
  FoldEngine(const command::Context& context, const Shop& shop, const Fold& fold);
  FoldEngine(const FoldEngine&) = delete;  // the engine refers to the models
  FoldEngine& operator=(const FoldEngine&) = delete;

  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  [[nodiscard]] const models::ModelSet& models() const { return models_; }
  [[nodiscard]] const LogQueries& queries() const { return queries_; }

 private:
  models::ModelSet models_;
  engine::Engine engine_;
  LogQueries queries_;
};

}  // namespace vitrina::pipeline
