#pragma once

#include <cstddef>
#include <vector>

#include "core/ids.hpp"
#include "data/event_log.hpp"

namespace vitrina {

/// Where the second of event `begin` ends: events of one second count as one moment.
std::size_t end_of_second(const EventSpan& events, std::size_t begin);

/// The products put into the basket or ordered by the events [begin, end), ascending and distinct.
std::vector<ItemIdx> wanted_products(const EventSpan& events, std::size_t begin, std::size_t end);

}  // namespace vitrina
