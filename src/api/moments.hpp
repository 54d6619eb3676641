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

}  // namespace vitrina
