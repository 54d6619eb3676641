#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::catalog {

Stage stage();

}  // namespace vitrina::stages::catalog
