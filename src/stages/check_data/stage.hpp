#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::check_data {

/// Says what is in a shop's files, what is missing and what each will be used for.
Stage stage();

}  // namespace vitrina::stages::check_data
