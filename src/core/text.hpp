#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina {

/// `999`, `12.3k`, `4.56M`, `7.89G`: three digits, for people only.
std::string count_text(double count);

/// `999 B`, `12.3 KiB`, `456 MiB`: three digits, for people only.
std::string bytes_text(std::uint64_t bytes);

/// `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`, for people only.
std::string duration_text(double seconds);

/// Breaks `text` at spaces into lines of at most `width` bytes; a longer word gets its own line.
/// At least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// `text` as one line of a terminal: tabs and line ends become spaces, and what a terminal would
/// not show as itself is escaped (core/utf8.hpp). Everything that reaches a terminal passes here or
/// through printable() (core/error.hpp).
std::string one_line(std::string_view text);

/// Whether an id is a whole number that went through decimals, such as `26.0`, `26.` or
/// `26.0000000000`: pandas reads a column with gaps like that, databases print their decimals so.
bool is_whole_decimal(std::string_view id);

}  // namespace vitrina
