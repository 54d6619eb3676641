#pragma once

#include <memory>

#include "io/log_reader.hpp"

namespace vitrina {

/// A stream that is released in the end, also when something is thrown before it was read.
using OwnedStream = std::unique_ptr<ArrowArrayStream, decltype(&io::release_stream)>;

inline OwnedStream own(ArrowArrayStream* stream) { return {stream, &io::release_stream}; }

}  // namespace vitrina
