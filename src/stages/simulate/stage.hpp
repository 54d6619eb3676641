#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::simulate {

Stage stage();

}  // namespace vitrina::stages::simulate
