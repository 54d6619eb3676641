#pragma once

#include <cstdint>
#include <limits>

#include "core/ids.hpp"
#include "core/topk.hpp"

namespace vitrina {

using ScoredItem = Scored<ItemIdx>;

/// The rank of a candidate among those of a generator that did not propose it.
inline constexpr std::uint16_t kNoRank = std::numeric_limits<std::uint16_t>::max();

}  // namespace vitrina
