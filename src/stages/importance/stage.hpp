#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::importance {

Stage stage();

}  // namespace vitrina::stages::importance
