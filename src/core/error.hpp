#pragma once

#include <string>
#include <string_view>

#include "vitrina/error.hpp"  // Error and its codes: they are part of the public API

namespace vitrina {

/// `text` of a stranger, escaped (core/utf8.hpp) and cut at a whole character after 200 bytes.
std::string printable(std::string_view text);

/// The known name nearest to `name` by edit distance, or "" when none is near enough.
std::string nearest_name(std::string_view name, const std::string_view* begin,
                         const std::string_view* end);

}  // namespace vitrina
