#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::pack {

Stage stage();

}  // namespace vitrina::stages::pack
