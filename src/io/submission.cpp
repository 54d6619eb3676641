#include "io/submission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/utf8.hpp"
#include "io/csv_text.hpp"
#include "io/python_list.hpp"
#include "io/submission_look.hpp"

namespace vitrina::io {
namespace {

constexpr std::string_view kHeader = "user_id,products\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Error bad_line(std::string_view name, std::size_t line, std::string_view reason) {
  return {ErrorCode::kBadData, fmt::format("{}:{}: {}", name, line, reason)};
}

/// Throws for the first byte that is not UTF-8.
void check_utf8(std::string_view text, std::string_view name) {
  std::size_t line = 1;
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (!point.valid) throw bad_line(name, line, "found bytes that are not UTF-8");
    if (point.code == '\n') ++line;
    text.remove_prefix(point.n_bytes);
  }
}

void check_header(const CsvRecords& records, std::string_view name) {
  const auto problem = header_problem(records.fields());
  if (!problem.empty()) throw bad_line(name, 1, problem);
}

void check_record(const CsvRecords& records, std::string_view name) {
  const auto line = records.line();
  if (!records.problem().empty()) throw bad_line(name, line, records.problem());
  if (records.has_carriage_return()) {
    throw bad_line(name, line,
                   "the line ends with \\r\\n, expected \\n alone; write it with "
                   "lineterminator='\\n'");
  }
  const auto& fields = records.fields();
  if (fields.size() == 1 && fields[0].empty()) throw bad_line(name, line, "the line is empty");
  if (fields.size() != 2) {
    throw bad_line(name, line,
                   fmt::format("found {} fields, expected 2; a list with commas stands in double "
                               "quotes",
                               fields.size()));
  }
  if (fields[0].empty()) throw bad_line(name, line, "the user_id is empty");
}

/// Where the column stands in a header.
std::size_t place_of(std::string_view column, const std::vector<std::string>& header,
                     std::string_view name) {
  const auto n = std::ranges::count(header, column);
  if (n != 1) {
    throw bad_line(name, 1,
                   fmt::format("found {} columns {} in the header, expected one", n, column));
  }
  return static_cast<std::size_t>(std::ranges::find(header, column) - header.begin());
}

}  // namespace

std::string submission_text(const Submission& submission) {
  VITRINA_CHECK(submission.user_id.size(), ==, submission.products.size());
  std::string out(kHeader);
  for (std::size_t row = 0; row < submission.size(); ++row) {
    append_csv_field(submission.user_id[row], out);
    out += ',';
    append_csv_field(python_list(submission.products[row]), out);
    out += '\n';
  }
  return out;
}

void write_submission(const std::filesystem::path& path, const Submission& submission) {
  write_file(path, submission_text(submission));
}

Submission parse_submission(std::string_view text, std::string_view name) {
  if (const auto problem = start_problem(text); !problem.empty()) {
    throw bad_line(name, 1, problem);
  }
  check_utf8(text, name);
  CsvRecords records(text);
  if (!records.next()) throw bad_line(name, 1, records.problem());
  check_header(records, name);
  if (records.has_carriage_return()) check_record(records, name);
  Submission submission;
  while (records.next()) {
    check_record(records, name);
    auto list = parse_python_list(records.fields()[1]);
    if (!list.problem.empty()) {
      throw bad_line(name, records.line(), fmt::format("products: {}", list.problem));
    }
    submission.user_id.push_back(records.fields()[0]);
    submission.products.push_back(std::move(list.items));
    submission.line.push_back(records.line());
  }
  if (!records.problem().empty()) throw bad_line(name, records.line(), records.problem());
  return submission;
}

Submission read_submission(const std::filesystem::path& path) {
  return parse_submission(read_file(path), path.string());
}

std::vector<std::string> read_id_list(const std::filesystem::path& path, std::string_view column) {
  const std::string bytes = read_file(path);
  std::string_view text = bytes;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  check_utf8(text, path.string());
  CsvRecords records(text);
  std::vector<std::string> ids;
  std::size_t place = 0;
  std::size_t n_columns = 1;
  for (bool first = true; records.next(); first = false) {
    const auto& fields = records.fields();
    const bool is_header = std::ranges::any_of(
        fields, [](const auto& field) { return field == "user_id" || field == "product_id"; });
    if (first && is_header) {
      place = place_of(column, fields, path.string());
      n_columns = fields.size();
      continue;
    }
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != n_columns) {
      throw bad_line(path.string(), records.line(),
                     fmt::format("found {} fields, expected {}; give one id a line, or a CSV file "
                                 "with a header that has {}",
                                 fields.size(), n_columns, column));
    }
    if (!fields[place].empty()) ids.push_back(fields[place]);
  }
  if (!records.problem().empty()) {
    throw bad_line(path.string(), records.line(), records.problem());
  }
  return ids;
}

}  // namespace vitrina::io
