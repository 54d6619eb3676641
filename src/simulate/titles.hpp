#pragma once

#include <cstdint>
#include <vector>

#include "simulate/world.hpp"

namespace vitrina::simulate {

/// Gives categories their type words and brands their names.
void name_categories_and_brands(World& world, std::uint64_t seed);

/// Writes the titles of all products: type words of the category, whom it is for, the brand, then
/// words of the family; variants of a family share them but for a colour.
void write_titles(World& world, const SimulateConfig& config, std::uint64_t seed);

/// Title vectors, one row of `dim` floats a product of `rows`: the mean of fixed random directions
/// of its words, rare words weighing more, and a little noise; unit length.
std::vector<float> title_vectors(const World& world, const std::vector<std::uint32_t>& rows,
                                 std::uint32_t dim, std::uint64_t seed, int threads);

}  // namespace vitrina::simulate
