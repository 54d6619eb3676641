#include "pipeline/steps.hpp"

namespace vitrina::pipeline {

const std::vector<command::Command>& steps() {
  static const std::vector<command::Command> kSteps{
      ingest_command(),   split_command(), fit_command(),  examples_command(),  train_command(),
      evaluate_command(), refit_command(), pack_command(), recommend_command(),
  };
  return kSteps;
}

std::span<const command::Command> bundle_steps() {
  return std::span(steps()).first(steps().size() - 1);
}

}  // namespace vitrina::pipeline
