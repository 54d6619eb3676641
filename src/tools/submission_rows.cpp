#include "tools/submission_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/submission.hpp"
#include "io/unique_users.hpp"

namespace vitrina::tools {
namespace {

Error bad_line(std::string_view name, std::size_t line, std::string_view reason) {
  return {ErrorCode::kBadData, fmt::format("{}:{}: {}", name, line, reason)};
}

void check_products(const std::vector<std::string>& products, std::string_view name,
                    std::size_t line, std::size_t k) {
  if (products.empty() || products.size() > k) {
    throw bad_line(name, line,
                   fmt::format("found {} products, expected 1 to {}", products.size(), k));
  }
  std::vector<std::string_view> sorted(products.begin(), products.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front().empty()) throw bad_line(name, line, "a product id is empty");
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return;
  throw bad_line(
      name, line,
      fmt::format("product '{}' is listed twice, expected distinct products", printable(*twice)));
}

std::string decimal_warning(std::string_view name, std::string_view column) {
  return fmt::format(
      "{}: every id in {} ends with .0, as whole numbers that were read as decimals do; read the "
      "ids as texts",
      name, column);
}

}  // namespace

SubmissionRows check_rows(std::string_view text, std::string_view name,
                          selection::ChoiceLimits limits) {
  const auto submission = io::parse_submission(text, name);
  if (!text.ends_with('\n')) {
    const auto last_line = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    throw bad_line(name, last_line, "the last line does not end with \\n");
  }
  io::check_unique_users(submission, name);
  if (submission.size() == 0) {
    throw bad_line(name, 1,
                   fmt::format("found 0 rows after the header, expected 1 to {}; an answer names "
                               "customers",
                               limits.max_users));
  }
  SubmissionRows rows{.n_rows = submission.size()};
  rows.has_decimal_users =
      std::all_of(submission.user_id.begin(), submission.user_id.end(), is_whole_decimal);
  rows.has_decimal_products = true;
  for (std::size_t row = 0; row < submission.size(); ++row) {
    const auto& products = submission.products[row];
    check_products(products, name, submission.line[row], limits.k);
    rows.n_products += products.size();
    rows.has_decimal_products = rows.has_decimal_products &&
                                std::all_of(products.begin(), products.end(), is_whole_decimal);
    rows.n_short_rows += products.size() < limits.k ? 1 : 0;
  }
  if (rows.n_rows > limits.max_users) {
    throw bad_line(
        name, submission.line[limits.max_users],
        fmt::format("found {} rows, expected at most {}", rows.n_rows, limits.max_users));
  }
  return rows;
}

std::vector<std::string> warnings_of(const SubmissionRows& rows, std::string_view name,
                                     selection::ChoiceLimits limits) {
  std::vector<std::string> warnings;
  if (rows.n_rows < limits.max_users) {
    warnings.push_back(fmt::format("{}: {} rows, up to {} may be sent; an empty place scores 0",
                                   name, rows.n_rows, limits.max_users));
  }
  if (rows.n_short_rows > 0) {
    warnings.push_back(
        fmt::format("{}: {} rows have fewer than {} products", name, rows.n_short_rows, limits.k));
  }
  if (rows.has_decimal_users) warnings.push_back(decimal_warning(name, "user_id"));
  if (rows.has_decimal_products) warnings.push_back(decimal_warning(name, "products"));
  return warnings;
}

}  // namespace vitrina::tools
