#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::params {

/// Prints every parameter with its default, or checks a params file.
Stage stage();

}  // namespace vitrina::stages::params
