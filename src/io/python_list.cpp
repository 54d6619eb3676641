#include "io/python_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <optional>

#include "core/error.hpp"
#include "core/utf8.hpp"

namespace vitrina::io {
namespace {

void append_escaped(const CodePoint& point, char quote, std::string_view bytes, std::string& out) {
  // Python decodes a stray byte of a file name or pipe as U+DC80..U+DCFF.
  const std::uint32_t code = point.valid ? point.code : 0xdc00U + point.code;
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code == '\t') {
    out += "\\t";
  } else if (code == '\\' || code == static_cast<unsigned char>(quote)) {
    out += '\\';
    out += static_cast<char>(code);
  } else if (is_printable(code)) {
    out += bytes;
  } else if (code < 0x100) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", code);
  } else if (code < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  } else {
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", code);
  }
}

void append_repr(std::string_view text, std::string& out) {
  const bool double_quotes =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = double_quotes ? '"' : '\'';
  out += quote;
  while (!text.empty()) {
    const auto point = first_code_point(text);
    append_escaped(point, quote, text.substr(0, point.n_bytes), out);
    text.remove_prefix(point.n_bytes);
  }
  out += quote;
}

/// The code point of `n` hex digits at the start of `rest`, taken off it.
std::optional<std::uint32_t> take_hex(std::string_view& rest, std::size_t n) {
  std::uint32_t code = 0;
  if (rest.size() < n) return std::nullopt;
  const auto [end, status] = std::from_chars(rest.data(), rest.data() + n, code, 16);
  if (status != std::errc{} || end != rest.data() + n || code > 0x10ffff) return std::nullopt;
  rest.remove_prefix(n);
  return code;
}

/// Reads the escape after a backslash. False when it is not one that Python or JSON prints.
bool take_escape(std::string_view& rest, std::string& out) {
  if (rest.empty()) return false;
  const char kind = rest.front();
  rest.remove_prefix(1);
  constexpr std::string_view kSimple = "\\'\"/abfnrtv";
  constexpr std::string_view kMeaning = "\\'\"/\a\b\f\n\r\t\v";
  const auto simple = kSimple.find(kind);
  if (simple != std::string_view::npos) {
    out += kMeaning[simple];
    return true;
  }
  const std::size_t n_digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (n_digits == 0) return false;
  const auto code = take_hex(rest, n_digits);
  if (!code) return false;
  if (*code >= 0xdc80 && *code <= 0xdcff) {
    out += static_cast<char>(*code - 0xdc00);
  } else {
    append_utf8(*code, out);
  }
  return true;
}

void skip_spaces(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

bool take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

/// Reads a quoted string. Returns the problem, or "".
std::string_view take_string(std::string_view& rest, std::string& item) {
  const char quote = rest.front();
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != quote) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\n' || c == '\r') return "a line break inside quotes";
    if (c != '\\') {
      item += c;
    } else if (!take_escape(rest, item)) {
      return "an escape that Python does not know";
    }
  }
  return take(rest, quote) ? "" : "a quote that is not closed";
}

std::string parse_items(std::string_view& rest, std::vector<std::string>& items) {
  skip_spaces(rest);
  while (!take(rest, ']')) {
    if (rest.empty()) return "the closing ] is missing";
    if (rest.front() != '\'' && rest.front() != '"') {
      return fmt::format(
          "found {}, expected quoted strings such as ['1', '2']; make texts of the ids",
          printable(rest.substr(0, 20)));
    }
    const auto problem = take_string(rest, items.emplace_back());
    if (!problem.empty()) return std::string(problem);
    const bool spaced = !rest.empty() && (rest.front() == ' ' || rest.front() == '\n');
    skip_spaces(rest);
    if (take(rest, ',')) {
      skip_spaces(rest);
      continue;
    }
    if (!rest.empty() && rest.front() == ']') continue;
    if (spaced)
      return "no comma between two strings, as numpy prints arrays; write a list, array.tolist()";
    return "no comma after a string";
  }
  skip_spaces(rest);
  return rest.empty() ? "" : "text after the closing ]";
}

/// Begins the objects and lists of other languages, and no id of a list.
bool is_bracket(char c) { return c == '[' || c == '{' || c == '('; }

bool is_gap(char c) { return c == ' ' || c == ',' || c == '\n' || c == '\r' || c == '\t'; }

/// Takes a quoted item of any writer; false when the quote is not closed.
bool split_quoted(std::string_view& rest, std::vector<std::unique_ptr<char[]>>& owned,
                  std::string_view& item) {
  const char quote = rest.front();
  std::size_t end = 1;
  bool escaped = false;
  while (end < rest.size() && rest[end] != quote) {
    escaped = escaped || rest[end] == '\\';
    end += rest[end] == '\\' ? 2 : 1;
  }
  if (end >= rest.size()) return false;
  item = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  if (!escaped) return true;
  std::string plain;
  while (!item.empty()) {
    const char c = item.front();
    item.remove_prefix(1);
    if (c != '\\') {
      plain += c;
    } else if (!take_escape(item, plain)) {
      return false;
    }
  }
  auto& block = owned.emplace_back(std::make_unique_for_overwrite<char[]>(plain.size()));
  std::memcpy(block.get(), plain.data(), plain.size());
  item = {block.get(), plain.size()};
  return true;
}

}  // namespace

std::string python_list(std::span<const std::string> items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ", ";
    append_repr(item, out);
  }
  return out + "]";
}

PythonList parse_python_list(std::string_view text) {
  PythonList list;
  skip_spaces(text);
  if (take(text, '[')) {
    list.problem = parse_items(text, list.items);
  } else {
    list.problem = fmt::format("found '{}', expected a list that begins with [, such as ['1', '2']",
                               printable(text));
  }
  return list;
}

bool looks_like_list(std::string_view cell) {
  skip_spaces(cell);
  return !cell.empty() && cell.front() == '[';
}

bool looks_like_object(std::string_view cell) {
  skip_spaces(cell);
  if (cell.empty() || cell.front() != '{') return false;
  return cell.find_first_of("'\",:") != std::string_view::npos ||
         cell.find('-') == std::string_view::npos;
}

bool split_list(std::string_view cell, std::vector<std::unique_ptr<char[]>>& owned,
                const std::function<void(std::string_view)>& use) {
  skip_spaces(cell);
  cell.remove_prefix(1);
  while (true) {
    while (!cell.empty() && is_gap(cell.front())) cell.remove_prefix(1);
    if (cell.empty()) {
      use({});  // the closing ] is missing
      return true;
    }
    if (cell.front() == ']') return std::ranges::all_of(cell.substr(1), is_gap);
    std::string_view item;
    if (cell.front() == '\'' || cell.front() == '"') {
      if (!split_quoted(cell, owned, item)) {
        use({});
        return true;
      }
      if (!cell.empty() && cell.front() != ']' && !is_gap(cell.front())) return false;
    } else {
      if (is_bracket(cell.front())) return false;
      std::size_t end = 0;
      while (end < cell.size() && cell[end] != ']' && !is_gap(cell[end])) {
        if (cell[end] == '[' || cell[end] == '{' || cell[end] == '}') return false;
        ++end;
      }
      item = cell.substr(0, end);
      cell.remove_prefix(end);
      if (item.starts_with("np.") && item.find('(') != std::string_view::npos) return false;
      if (item == "None" || item == "null" || item == "nan") item = {};
    }
    use(item);
  }
}

}  // namespace vitrina::io
