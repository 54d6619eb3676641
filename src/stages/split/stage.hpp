#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::split {

Stage stage();

}  // namespace vitrina::stages::split
