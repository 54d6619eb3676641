#include "io/arrow_support.hpp"

#include <fmt/format.h>

namespace vitrina::io {
namespace {

/// One line with single spaces: library messages carry line breaks and indentation.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (space && (line.empty() || line.back() == ' ')) continue;
    line += space ? ' ' : c;
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return printable(line);
}

}  // namespace

Error memory_error(std::string_view place) {
  return {ErrorCode::kOutOfResources,
          fmt::format("{}: not enough memory to read it; is the file damaged", place)};
}

Error foreign_error(std::string_view place, std::string_view what) {
  return {ErrorCode::kBadData, fmt::format("{}: {}", place, one_line(what))};
}

Error arrow_error(std::string_view place, const arrow::Status& status) {
  if (status.IsOutOfMemory()) return memory_error(place);
  return foreign_error(place, status.message());
}

}  // namespace vitrina::io
