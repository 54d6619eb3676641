#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::io {

/// What Python prints for a list of strings: `['1', "it's"]`. Quotes, backslashes, control and
/// other unprintable characters follow the rule of repr(); code points that Unicode has not
/// assigned are kept as they are. Bytes that are not UTF-8 print as Python's surrogate escapes.
std::string python_list(std::span<const std::string> items);

/// What parse_python_list() found: the items, or why the text is not such a list.
struct PythonList {
  std::vector<std::string> items;
  std::string problem;  ///< empty when all is well
};

/// Reads a list of quoted strings as Python would, and nothing else: no numbers, no strings set
/// side by side without a comma (the print of a numpy array).
PythonList parse_python_list(std::string_view text);

/// Whether a cell holds a printed list rather than a single id.
bool looks_like_list(std::string_view cell);

/// Whether a cell that is no list holds a JSON object or an array of PostgreSQL rather than an id;
/// `{3F2504E0-4F89-11D3-9A0C-0305E82C3301}` is one.
bool looks_like_object(std::string_view cell);

/// Splits a printed list from any writer: Python, JSON, numpy, quoted or not. An item is a view
/// into `cell`, or into a block added to `owned` where it holds escapes; None, null and nan are
/// empty views. What ends too early ends the list with an empty view. False where the cell holds
/// something else than ids, JSON objects or lists of lists: what was split off is worth nothing.
bool split_list(std::string_view cell, std::vector<std::unique_ptr<char[]>>& owned,
                const std::function<void(std::string_view)>& use);

}  // namespace vitrina::io
