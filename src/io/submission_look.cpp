#include "io/submission_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "io/submission.hpp"

namespace vitrina::io {
namespace {

constexpr std::string_view kAlone =
    "write frame[['user_id', 'products']].to_csv(FILE, index=False)";

/// Files that are given in the place of a CSV, by their first bytes.
struct Signature {
  std::string_view bytes;
  std::string_view problem;
};
constexpr std::array<Signature, 6> kSignatures{{
    {"\xef\xbb\xbf",
     "the file begins with a byte order mark, expected none; write it as utf-8, not utf-8-sig"},
    {"\xff\xfe", "found UTF-16, expected UTF-8; write it with encoding='utf-8'"},
    {"\xfe\xff", "found UTF-16, expected UTF-8; write it with encoding='utf-8'"},
    {"PAR1", "found a Parquet file, expected CSV; predictions.csv lies beside it"},
    {"\x1f\x8b", "found a gzip file, expected CSV; unpack it first"},
    {"PK\x03\x04", "found a zip file or a workbook, expected CSV; unpack it, or save it as CSV"},
}};

bool is_column(std::string_view name) {
  return std::ranges::find(kSubmissionColumns, name) != kSubmissionColumns.end();
}

bool has_column(std::span<const std::string> fields, std::string_view name) {
  return std::find(fields.begin(), fields.end(), name) != fields.end();
}

std::string joined(std::span<const std::string> fields) {
  return printable(fmt::format("{}", fmt::join(fields, ",")));
}

/// Names an index by what pandas calls it: nothing, or one of these when it was read back.
bool is_index_name(std::string_view name) {
  return name.empty() || name == "index" || name.starts_with("Unnamed: ") || name == "level_0";
}

/// `fields` hold both columns and more.
std::string extra_columns(std::span<const std::string> fields) {
  std::vector<std::string> extra;
  bool is_index = is_index_name(fields.front());
  for (std::size_t c = 0; c < fields.size(); ++c) {
    if (is_column(fields[c]) && !has_column(fields.first(c), fields[c])) continue;
    is_index = is_index && c == 0;
    extra.push_back(fields[c].empty()
                        ? fmt::format("a column without a name (column {})", c + 1)
                        : fmt::format("the column '{}' (column {})", printable(fields[c]), c + 1));
  }
  const std::string all =
      extra.size() > 3 ? fmt::format("{}, {} and {} more", extra[0], extra[1], extra.size() - 2)
                       : fmt::format("{}", fmt::join(extra, " and "));
  return fmt::format("found {} beside user_id and products, expected those two alone{}; {}", all,
                     is_index ? ": it is the index of a pandas table" : "",
                     is_index ? "write it with to_csv(FILE, index=False)" : kAlone);
}

std::string trimmed_lower(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (c != ' ' && c != '\t') plain += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

/// The delimiter of a line that was read as one field although it names both columns, or 0.
char other_delimiter(std::string_view line) {
  for (const char c : {';', '\t', '|'}) {
    if (line.find(c) != std::string_view::npos) return c;
  }
  return 0;
}

}  // namespace

std::string start_problem(std::string_view text) {
  if (text.empty()) return "the file is empty, expected the header 'user_id,products' and rows";
  for (const auto& [bytes, problem] : kSignatures) {
    if (text.starts_with(bytes)) return std::string(problem);
  }
  return {};
}

std::string header_problem(std::span<const std::string> fields) {
  if (std::ranges::equal(fields, kSubmissionColumns)) return {};
  const auto generic =
      fmt::format("found header '{}', expected 'user_id,products'", joined(fields));
  const std::string line = fmt::format("{}", fmt::join(fields, ","));
  if (line.find('\r') != std::string::npos) {
    return "lines end with \\r alone, expected \\n; write it with lineterminator='\\n'";
  }
  if (fields.size() == 1 && line.find(kSubmissionColumns[0]) != std::string::npos) {
    if (const char found = other_delimiter(line)) {
      return fmt::format("found fields separated by '{}', expected ','; write it with sep=','",
                         found == '\t' ? std::string("\\t") : std::string(1, found));
    }
  }
  if (has_column(fields, kSubmissionColumns[0]) && has_column(fields, kSubmissionColumns[1])) {
    return fields.size() > kSubmissionColumns.size()
               ? extra_columns(fields)
               : fmt::format("{}, in this order; {}", generic, kAlone);
  }
  if (fields.size() == kSubmissionColumns.size()) {
    if (fields[1].starts_with('[')) {
      return fmt::format(
          "found a row '{}', expected the header 'user_id,products'; write it with header=True",
          joined(fields));
    }
    if (trimmed_lower(fields[0]) == kSubmissionColumns[0] &&
        trimmed_lower(fields[1]) == kSubmissionColumns[1]) {
      return fmt::format("{}, in small letters and without spaces", generic);
    }
  }
  return fmt::format("{}; {}", generic, kAlone);
}

}  // namespace vitrina::io
