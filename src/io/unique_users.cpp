#include "io/unique_users.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "core/error.hpp"

namespace vitrina::io {

void check_unique_users(const io::Submission& submission, std::string_view name) {
  std::unordered_map<std::string_view, std::size_t> line_of;
  line_of.reserve(submission.size());
  for (std::size_t row = 0; row < submission.size(); ++row) {
    const auto [known, is_new] = line_of.emplace(submission.user_id[row], submission.line[row]);
    if (is_new) continue;
    throw Error(
        ErrorCode::kBadData,
        fmt::format("{}:{}: user '{}' was already sent in line {}, expected each user once", name,
                    submission.line[row], printable(submission.user_id[row]), known->second));
  }
}

}  // namespace vitrina::io
