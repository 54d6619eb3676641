#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::run {

Stage stage();

}  // namespace vitrina::stages::run
