#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::baselines {

Stage stage();

}  // namespace vitrina::stages::baselines
