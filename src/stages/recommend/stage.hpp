#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::recommend {

Stage stage();

}  // namespace vitrina::stages::recommend
