#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "selection/user_choice.hpp"

namespace vitrina::tools {

/// What a file in the case's format holds.
struct SubmissionRows {
  std::size_t n_rows = 0;
  std::size_t n_products = 0;         ///< of all rows
  std::size_t n_short_rows = 0;       ///< rows with fewer than k products
  bool has_decimal_users = false;     ///< all ids look like `123.0`
  bool has_decimal_products = false;  ///< the same of the products
};

/// Reads the text of a predictions file by the case's rules: header `user_id,products`, UTF-8
/// without a byte order mark, every line ended by `\n`, 1 to max_users rows, each user once and
/// not empty, 1 to k distinct products a row, none of them empty, as a Python list of texts.
/// Throws Error(kBadData) `name:line: reason` for what breaks one of them.
SubmissionRows check_rows(std::string_view text, std::string_view name,
                          selection::ChoiceLimits limits);

/// What is within the rules and yet not what was meant, it seems.
std::vector<std::string> warnings_of(const SubmissionRows& rows, std::string_view name,
                                     selection::ChoiceLimits limits);

}  // namespace vitrina::tools
