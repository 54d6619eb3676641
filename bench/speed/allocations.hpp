#pragma once

#include <cstdint>

namespace vitrina::bench {

/// How often this thread has asked for memory by `new`.
std::uint64_t n_allocations();

}  // namespace vitrina::bench
