#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::backtest {

/// Does the whole job at several cuts of a log and scores it, and the baselines, on what followed.
Stage stage();

}  // namespace vitrina::stages::backtest
