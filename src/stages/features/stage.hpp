#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::features {

Stage stage();

}  // namespace vitrina::stages::features
