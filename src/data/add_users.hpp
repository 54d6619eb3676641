#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "data/shop.hpp"

namespace vitrina {

/// Makes room for customers that the log does not name: each has a place by its external id, as
/// everybody has, and no events. Ids that are there already, or that name nobody, change nothing.
/// How many were added.
std::size_t add_users(std::span<const std::string> ids, Shop& shop);

}  // namespace vitrina
