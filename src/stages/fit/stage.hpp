#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::fit {

Stage stage();

}  // namespace vitrina::stages::fit
