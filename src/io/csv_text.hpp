#pragma once

// Internal to io: the small CSV of ids and predictions (logs go through csv_source.cpp).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::io {

/// Walks the records of a CSV text (RFC 4180 with `\n` or `\r\n`).
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : rest_(text) {}

  /// Reads the next record; false at the end of the text or at a problem.
  bool next();

  [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }
  [[nodiscard]] std::size_t line() const { return line_; }  ///< of the record's start, from 1
  [[nodiscard]] bool has_carriage_return() const { return has_carriage_return_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  ///< empty when sound

 private:
  bool take_field();

  std::string_view rest_;
  std::vector<std::string> fields_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
  bool has_carriage_return_ = false;
  std::string problem_;
};

/// Appends `field` as Python's csv.writer does with QUOTE_MINIMAL and `\n` line ends (Python 3.13
/// and later for a carriage return, which it quotes too).
void append_csv_field(std::string_view field, std::string& out);

}  // namespace vitrina::io
