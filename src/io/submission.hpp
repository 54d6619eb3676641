#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina::io {

inline constexpr std::array<std::string_view, 2> kSubmissionColumns{"user_id", "products"};

/// The answer of the case: a row a user, products best first.
struct Submission {
  std::vector<std::string> user_id;
  std::vector<std::vector<std::string>> products;  ///< as many rows as user_id
  std::vector<std::size_t> line;  ///< of each row in the file it was read from, from 1
  std::map<std::string, std::string> metadata;  ///< beside a table in memory; a CSV file has none

  [[nodiscard]] std::size_t size() const { return user_id.size(); }
};

/// The text of predictions.csv: the bytes of pandas' `to_csv(index=False)` for the columns
/// user_id (texts) and products (Python lists of texts).
std::string submission_text(const Submission& submission);

/// Writes submission_text() atomically.
void write_submission(const std::filesystem::path& path, const Submission& submission);

/// Parses the text of a predictions file; `name` stands for it in errors. The header must be
/// `user_id,products`, lines end with `\n`, a product list is a Python list of quoted strings.
/// Throws Error(kBadData) `name:line: reason`. Numbers of rows and products, and repetitions, are
/// not judged here.
Submission parse_submission(std::string_view text, std::string_view name);

/// Reads a predictions file. Throws Error(kMissingInput) when it is not there, else as above.
Submission read_submission(const std::filesystem::path& path);

/// Reads an answer that another library holds in memory: the columns `user_id` and `products`
/// (lists, best first), of any types that a file may have; `line` counts rows from 1. Takes the
/// stream over; `name` stands for a file in errors. Throws Error(kBadData).
Submission read_submission_stream(ArrowArrayStream* stream, std::string_view name);

/// Reads a list of ids: one a line, or `column`, `user_id` or `product_id`, of a CSV file with a
/// header that has one of the two. Blank lines are skipped. Throws Error(kMissingInput) or
/// Error(kBadData).
std::vector<std::string> read_id_list(const std::filesystem::path& path, std::string_view column);

}  // namespace vitrina::io
