#include "core/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace vitrina {
namespace {

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

/// General categories Cc, Cf, Cs, Co, Zl, Zp and Zs but the space (Unicode 15), ascending.
constexpr std::array kUnprintable{
    CodeRange{0x0000, 0x001f},    CodeRange{0x007f, 0x00a0},   CodeRange{0x00ad, 0x00ad},
    CodeRange{0x0600, 0x0605},    CodeRange{0x061c, 0x061c},   CodeRange{0x06dd, 0x06dd},
    CodeRange{0x070f, 0x070f},    CodeRange{0x0890, 0x0891},   CodeRange{0x08e2, 0x08e2},
    CodeRange{0x1680, 0x1680},    CodeRange{0x180e, 0x180e},   CodeRange{0x2000, 0x200f},
    CodeRange{0x2028, 0x202f},    CodeRange{0x205f, 0x2064},   CodeRange{0x2066, 0x206f},
    CodeRange{0x3000, 0x3000},    CodeRange{0xd800, 0xf8ff},   CodeRange{0xfeff, 0xfeff},
    CodeRange{0xfff9, 0xfffb},    CodeRange{0x110bd, 0x110bd}, CodeRange{0x110cd, 0x110cd},
    CodeRange{0x13430, 0x1343f},  CodeRange{0x1bca0, 0x1bca3}, CodeRange{0x1d173, 0x1d17a},
    CodeRange{0xe0001, 0xe0001},  CodeRange{0xe0020, 0xe007f}, CodeRange{0xf0000, 0xffffd},
    CodeRange{0x100000, 0x10fffd}};

/// Ascending. Spaces of any width are plain, and so are marks and letters of every script.
constexpr std::array kNotPlain{
    CodeRange{0x00, 0x1f},     CodeRange{0x7f, 0x9f},       CodeRange{0xad, 0xad},
    CodeRange{0x61c, 0x61c},   CodeRange{0x180e, 0x180e},   CodeRange{0x200b, 0x200f},
    CodeRange{0x2028, 0x202e}, CodeRange{0x2060, 0x206f},   CodeRange{0xfeff, 0xfeff},
    CodeRange{0xfff9, 0xfffb}, CodeRange{0x1d173, 0x1d17a}, CodeRange{0xe0000, 0xe007f}};

template <std::size_t N>
bool is_in(const std::array<CodeRange, N>& ranges, std::uint32_t code) {
  const auto* const it =
      std::lower_bound(ranges.begin(), ranges.end(), code,
                       [](const CodeRange& range, std::uint32_t c) { return range.last < c; });
  return it != ranges.end() && code >= it->first;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::uint32_t n_bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const CodePoint invalid{lead, 1, false};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < n_bytes) return invalid;
  std::uint32_t code = lead & (0xffU >> (n_bytes + 1));
  for (std::uint32_t i = 1; i < n_bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return invalid;
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool overlong = (n_bytes == 3 && code < 0x800) || (n_bytes == 4 && code < 0x10000);
  if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return invalid;
  return {code, n_bytes, true};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (!point.valid) return false;
    text.remove_prefix(point.n_bytes);
  }
  return true;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | code >> 6U);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0U | code >> 12U);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0U | code >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_printable(std::uint32_t code) { return !is_in(kUnprintable, code); }

bool is_plain(std::uint32_t code) { return !is_in(kNotPlain, code); }

void append_plain(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (point.valid && is_plain(point.code)) {
      out += text.substr(0, point.n_bytes);
    } else if (!point.valid || point.code < 0x80) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", point.code);
    } else if (point.code < 0x10000) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", point.code);
    } else {
      fmt::format_to(std::back_inserter(out), "\\U{:08x}", point.code);
    }
    text.remove_prefix(point.n_bytes);
  }
}

std::string_view whole_characters(std::string_view text, std::size_t at_most) {
  if (text.size() <= at_most) return text;
  std::size_t n = 0;
  while (true) {
    const std::size_t next = n + first_code_point(text.substr(n)).n_bytes;
    if (next > at_most) return text.substr(0, n);
    n = next;
  }
}

}  // namespace vitrina
