#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::check_submission {

/// Says whether a predictions file is in the case's format.
Stage stage();

}  // namespace vitrina::stages::check_submission
