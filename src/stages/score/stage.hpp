#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::score {

/// Scores predictions against what a log says was bought later.
Stage stage();

}  // namespace vitrina::stages::score
