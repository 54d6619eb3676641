#pragma once

// Internal to io: moments as people and exports write them.

#include <optional>
#include <string_view>

#include "core/time.hpp"
#include "io/log_schema.hpp"

namespace vitrina::io {

struct DateText {
  TimeUs time = 0;        ///< UTC where `zone` is not empty
  std::string_view zone;  ///< `Z`, `UTC` or `+03:00` as written
  bool is_iso = true;     ///< false for 28.09.2024 and its like
};

/// Reads ISO moments (also `2019-10-01 00:00:00 UTC`), `28.09.2024` with or without a time, and
/// `2024/09/28`. What begins with a day or month before `/` or `-` may be either, and is read only
/// as `format` says. Nothing for any other text.
std::optional<DateText> parse_date_text(std::string_view text, DateFormat format);

}  // namespace vitrina::io
