#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::ingest {

Stage stage();

}  // namespace vitrina::stages::ingest
