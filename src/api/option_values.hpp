#pragma once

#include <fmt/format.h>

#include <string_view>

#include "core/error.hpp"

namespace vitrina {

/// What is said of an option that is no moment.
inline Error bad_moment(std::string_view option, std::string_view found) {
  return {ErrorCode::kConfig,
          fmt::format("{}: found '{}', expected an ISO time such as 2024-09-29 or "
                      "2024-09-28T12:00:00",
                      option, printable(found))};
}

/// Throws Error(kConfig) for an option that is no share.
inline void check_share(std::string_view option, double share) {
  if (share >= 0 && share <= 1) return;
  throw Error(ErrorCode::kConfig, fmt::format("{}: found {:g}, expected 0 to 1", option, share));
}

}  // namespace vitrina
