#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::refit {

Stage stage();

}  // namespace vitrina::stages::refit
