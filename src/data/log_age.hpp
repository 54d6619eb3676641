#pragma once

#include <string>
#include <string_view>

#include "core/progress.hpp"
#include "core/time.hpp"

namespace vitrina {

/// What to say of a log that ends long before `moment`, up to which it is needed; empty when there
/// is nothing to say. `last` is its last usable event before that; with `has_later_rows` the log
/// goes on after it, and a quiet night before is no news. `consequence` ends the sentence.
std::string old_log_warning(TimeUs moment, TimeUs last, bool has_later_rows,
                            std::string_view consequence);

/// Warns of the same, if there is anything to say.
void warn_of_old_log(TimeUs moment, TimeUs last, bool has_later_rows, std::string_view consequence,
                     Progress& progress);

/// Where the moment of an answer is meant.
inline constexpr std::string_view kMovedBack =
    "nothing is known of the time between, and the moment is moved back to that event";

/// Where it is meant exactly.
inline constexpr std::string_view kKept =
    "nothing is known of the time between, and the answer is as of the moment all the same";

}  // namespace vitrina
