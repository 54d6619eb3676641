#pragma once

#include <vector>

#include "data/catalog.hpp"

namespace vitrina {

/// How telling each title word is: log((titles + 1) / titles with the word), by word code.
std::vector<float> word_idf(const Catalog& catalog);

}  // namespace vitrina
