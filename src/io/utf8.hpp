#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vitrina::io {

/// One code point of a text and how many bytes it took; `valid` is false for a byte that starts
/// no UTF-8 sequence, which is then `code` itself and 1 byte long.
struct CodePoint {
  std::uint32_t code = 0;
  std::uint32_t n_bytes = 1;
  bool valid = true;
};

/// The first code point of `text`, which must not be empty. Overlong forms and surrogates are
/// not valid.
CodePoint first_code_point(std::string_view text);

void append_utf8(std::uint32_t code, std::string& out);

/// Whether str.isprintable() of Python holds for an assigned code point.
bool is_printable(std::uint32_t code);

}  // namespace vitrina::io
