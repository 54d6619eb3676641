#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulate/world.hpp"

namespace vitrina::simulate {

/// The trackers' junk id, for people, devices and products alike.
inline constexpr const char* kJunkId = "/*";

/// `n` ids shaped like UUID v1 (time and node) and v4 (random); distinct for all practical
/// purposes and a function of the seed alone.
std::vector<std::string> user_ids(std::size_t n, std::uint64_t seed);
std::vector<std::string> device_ids(std::size_t n, std::uint64_t seed);

/// Product numbers of six or seven digits that rise with the age of the family, later arrivals
/// last; distinct.
std::vector<std::string> product_ids(const World& world, std::uint64_t seed);

}  // namespace vitrina::simulate
