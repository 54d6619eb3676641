#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::evaluate {

Stage stage();

}  // namespace vitrina::stages::evaluate
