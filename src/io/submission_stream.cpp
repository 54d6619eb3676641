#include <arrow/chunked_array.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "io/arrow_support.hpp"
#include "io/column_values.hpp"
#include "io/submission.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

void append_row(const Texts& users, const TextLists& lists, std::size_t row, std::string_view name,
                Submission& submission) {
  const auto number = submission.size() + 1;
  const auto user = users.at(row);
  if (user.empty()) {
    throw Error(ErrorCode::kBadData, fmt::format("{}:{}: the user_id is empty", name, number));
  }
  submission.user_id.emplace_back(user);
  submission.line.push_back(number);
  auto& products = submission.products.emplace_back();
  const auto extent = lists.rows[row];
  products.reserve(extent.size);
  for (auto i = extent.begin; i < extent.begin + extent.size; ++i) {
    products.emplace_back(lists.elements.at(i));
  }
}

}  // namespace

Submission read_submission_stream(ArrowArrayStream* stream, std::string_view name) {
  const std::filesystem::path path(name);
  const auto source = open_stream(stream, path, /*threads=*/1);
  const auto& found = source->names();
  for (const auto column : kSubmissionColumns) {
    if (std::find(found.begin(), found.end(), column) == found.end()) {
      throw_missing_column(path, std::string(column), found);
    }
  }
  source->select({kSubmissionColumns.begin(), kSubmissionColumns.end()});
  Texts users;
  TextLists lists;
  std::array<std::shared_ptr<arrow::ChunkedArray>, kSubmissionColumns.size()> kept;
  const auto load = [&](std::size_t c, const std::shared_ptr<arrow::ChunkedArray>& column) {
    kept[c] = column;  // texts point into it until the rows are copied
    try {
      c == 0 ? load_texts(*column, users) : load_lists(*column, lists);
    } catch (const Error& error) {
      throw error.with_context(fmt::format("{}: column '{}'", name, kSubmissionColumns[c]));
    }
  };
  Submission submission;
  submission.metadata = source->metadata();
  while (const std::size_t n_rows = source->next(load)) {
    guarded(name, [&] {
      for (std::size_t row = 0; row < n_rows; ++row) {
        append_row(users, lists, row, name, submission);
      }
    });
  }
  return submission;
}

}  // namespace vitrina::io
