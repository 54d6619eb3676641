#include "io/csv_text.hpp"

#include <algorithm>

namespace vitrina::io {

bool CsvRecords::next() {
  fields_.clear();
  has_carriage_return_ = false;
  line_ = next_line_;
  if (rest_.empty() || !problem_.empty()) return false;
  while (take_field()) {
  }
  return problem_.empty();
}

/// Reads one field with its separator. True when another field of the record follows.
bool CsvRecords::take_field() {
  auto& field = fields_.emplace_back();
  if (!rest_.empty() && rest_.front() == '"') {
    rest_.remove_prefix(1);
    while (true) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        problem_ = "a quoted field is not closed";
        return false;
      }
      field.append(rest_.substr(0, quote));
      rest_.remove_prefix(quote + 1);
      if (rest_.empty() || rest_.front() != '"') break;
      field += '"';
      rest_.remove_prefix(1);
    }
    next_line_ += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
  } else {
    const auto end = std::min(rest_.find_first_of(",\n"), rest_.size());
    field = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (!field.empty() && field.back() == '\r' && !rest_.starts_with(',')) {
      field.pop_back();
      has_carriage_return_ = true;
    }
  }
  if (rest_.starts_with("\r\n")) {
    has_carriage_return_ = true;
    rest_.remove_prefix(1);
  }
  if (rest_.empty()) return false;
  const char separator = rest_.front();
  if (separator != ',' && separator != '\n') {
    problem_ = "text after a closing quote";
    return false;
  }
  rest_.remove_prefix(1);
  if (separator == '\n') ++next_line_;
  return separator == ',';
}

void append_csv_field(std::string_view field, std::string& out) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace vitrina::io
