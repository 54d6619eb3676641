#include "io/arrow_support.hpp"

#include <arrow/util/io_util.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/file_error.hpp"
#include "io/text_stream.hpp"

namespace vitrina::io {
namespace {

/// Words of a library's message, and what they mean to who has the file. The first row that is
/// found counts.
struct Meaning {
  std::string_view words;
  std::string_view meaning;
};

constexpr std::array kMeanings{
    Meaning{"magic bytes", "is no Parquet file, or it is cut short"},
    Meaning{"minimum file size", "is no Parquet file, or it is cut short"},
    Meaning{"Empty CSV file", "is empty, expected a header and rows"},
    Meaning{"straddl", "has a row of more than 8 MiB, or a quote that is not closed"},
    Meaning{"UTF8", "has text that is not UTF-8; write it again as UTF-8"},
    Meaning{"UTF-8", "has text that is not UTF-8; write it again as UTF-8"},
    Meaning{"zlib", "has compressed data that are damaged or cut short"},
    Meaning{"gzip", "has compressed data that are damaged or cut short"},
    Meaning{"ncrypt", "is encrypted, which cannot be read"},
    Meaning{"codec",
            "is compressed in a way that cannot be read; write it again with zstd or snappy"},
};

/// The number after `words`, or 0.
int number_after(std::string_view text, std::string_view words) {
  const auto at = text.find(words);
  int number = 0;
  if (at == std::string_view::npos) return number;
  const auto rest = text.substr(at + words.size());
  std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return number;
}

/// Arrow's «CSV parse error: Row #3: Expected 2 columns, got 1: the row».
std::string csv_problem(std::string_view text) {
  const int row = number_after(text, "Row #");
  const int expected = number_after(text, "Expected ");
  const int got = number_after(text, "got ");
  const auto at = text.find("got ");
  const auto colon = at == std::string_view::npos ? at : text.find(": ", at);
  if (expected == 0 || colon == std::string_view::npos) return "has a row that is no CSV";
  const auto place = row > 0 ? fmt::format("row {} has", row) : std::string("a row has");
  return fmt::format("{} {} fields, expected {}: {}", place, got, expected,
                     printable(text.substr(colon + 2)));
}

std::string meaning_of(std::string_view text) {
  if (const auto at = text.find(kOpenQuote); at != std::string_view::npos) {
    return fmt::format("has a quote that is not closed, at '{}'; double the quotes inside a cell",
                       printable(text.substr(at + kOpenQuote.size())));
  }
  if (text.find("CSV parse error") != std::string_view::npos) return csv_problem(text);
  const auto* const it = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& row) {
    return text.find(row.words) != std::string_view::npos;
  });
  return std::string(it != kMeanings.end()
                         ? it->meaning
                         : "is damaged, or of another format than its name says; write it again");
}

}  // namespace

Error memory_error(std::string_view place) {
  return {ErrorCode::kOutOfResources,
          fmt::format("{}: not enough memory to read it; is the file damaged", place)};
}

Error foreign_error(std::string_view place, std::string_view what) {
  return {ErrorCode::kBadData, fmt::format("{}: {}", place, meaning_of(what))};
}

Error arrow_error(std::string_view place, const arrow::Status& status) {
  if (status.IsOutOfMemory()) return memory_error(place);
  const int error = arrow::internal::ErrnoFromStatus(status);
  if (error != 0) return file_error(place, "read", error);
  return foreign_error(place, status.message());
}

}  // namespace vitrina::io
