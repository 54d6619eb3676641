#pragma once

#include <cstdint>

namespace vitrina::cli {

/// The largest resident memory of this process so far; 0 where the system does not tell.
std::uint64_t peak_memory_bytes();

}  // namespace vitrina::cli
