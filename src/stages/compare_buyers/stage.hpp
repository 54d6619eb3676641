#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::compare_buyers {

/// Compares what two rankers did for the same buyers.
Stage stage();

}  // namespace vitrina::stages::compare_buyers
