#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::summary {

/// Prints the summary of a finished pipeline.
Stage stage();

}  // namespace vitrina::stages::summary
