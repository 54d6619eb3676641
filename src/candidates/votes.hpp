#pragma once

#include <vector>

#include "data/candidate.hpp"
#include "data/places.hpp"

namespace vitrina::candidates {

/// Equal products become one entry with the sum of their scores, added in the order of arrival;
/// entries come out in the order in which their products came first.
void sum_votes(std::vector<ScoredItem>& votes, ItemPlaces& places);

}  // namespace vitrina::candidates
