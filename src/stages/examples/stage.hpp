#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::examples {

Stage stage();

}  // namespace vitrina::stages::examples
