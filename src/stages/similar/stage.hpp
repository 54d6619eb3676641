#pragma once

#include "stages/stage.hpp"

namespace vitrina::stages::similar {

/// The tool that names the neighbours of a product in one of a bundle's item-to-item models.
Stage stage();

}  // namespace vitrina::stages::similar
