#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitrina {

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

/// Whether the text is UTF-8 from end to end.
bool is_utf8(std::string_view text);

void append_utf8(std::uint32_t code, std::string& out);

/// Whether str.isprintable() of Python holds for an assigned code point.
bool is_printable(std::uint32_t code);

/// Whether a terminal shows a code point as itself and nothing else: no control character (C0, DEL,
/// C1), nothing that turns the direction of writing, breaks a line or cannot be seen.
bool is_plain(std::uint32_t code);

/// Appends `text` with what is not plain as `\x1b`, `\u202e` or `\U000e0001`, and with bytes that
/// are no UTF-8 as `\x82`.
void append_plain(std::string_view text, std::string& out);

/// The longest beginning of `text` of at most `at_most` bytes that ends with a whole character.
std::string_view whole_characters(std::string_view text, std::size_t at_most);

}  // namespace vitrina
