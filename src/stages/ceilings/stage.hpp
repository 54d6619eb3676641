#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::ceilings {

Stage stage();

}  // namespace vitrina::stages::ceilings
