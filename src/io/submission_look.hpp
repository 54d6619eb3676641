#pragma once

// Internal to io: what a text that is not a predictions file looks like, and how it is mended.

#include <span>
#include <string>
#include <string_view>

namespace vitrina::io {

/// What is wrong with the beginning of a predictions file as a whole (another kind of file, another
/// encoding), or "".
std::string start_problem(std::string_view text);

/// What is wrong with the fields of the first line, which should be user_id and products, or "".
std::string header_problem(std::span<const std::string> fields);

}  // namespace vitrina::io
