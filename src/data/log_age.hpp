#pragma once

#include <string>
#include <string_view>

#include "core/progress.hpp"
#include "core/time.hpp"
#include "data/shop.hpp"

namespace vitrina {

/// The moment of an answer asked for as of `as_of`, or as of the log's end (kNoTime): the log's
/// end, or `as_of` where that comes first. A shop that closes for days is silent before an
/// ordinary moment: where that is more than half a day after the end, and no longer after the last
/// event than the log was ever silent before, it is `as_of`, too, and other days are predicted
/// than those of the closing. Anything that is later is moved back to the end.
TimeUs answer_moment(const Shop& shop, TimeUs as_of);

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
