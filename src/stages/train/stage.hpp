#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::train {

Stage stage();

}  // namespace vitrina::stages::train
