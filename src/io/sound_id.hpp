#pragma once

#include <string_view>

#include "core/utf8.hpp"
#include "data/raw_log.hpp"

namespace vitrina::io {

/// Whether an external id names somebody; one that is no UTF-8 could not be written out.
inline bool is_sound_id(std::string_view id, bool known_utf8 = false) {
  return !is_junk_id(id) && (known_utf8 || is_utf8(id));
}

}  // namespace vitrina::io
