#pragma once

#include <string_view>

#include "io/submission.hpp"

namespace vitrina::io {

/// Throws Error(kBadData) `name:line: ...` for the first row of a user who already has one.
void check_unique_users(const io::Submission& submission, std::string_view name);

}  // namespace vitrina::io
