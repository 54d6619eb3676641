#pragma once

#include <span>
#include <string>
#include <string_view>

#include "data/raw_log.hpp"
#include "data/shop.hpp"

namespace vitrina {

/// The first and last moment (both inclusive) of a log's plausible dates: an end of the log that
/// stands apart from the rest by empty days and holds few rows is cut off, again and again.
/// Rules, from the mild to the wild: 2 empty days and < 0.5% of the rows; 30 and < 10%;
/// 365 and < 30%. The newest end may be the shop after a pause: the first rule leaves it where one
/// of its days, the second where three of them have a tenth of a usual day's rows. Dates before
/// 1995 or after 2099 are never plausible. {0, -1} when nothing is.
struct PlausibleRange {
  TimeUs first = 0;
  TimeUs last = -1;
};
PlausibleRange plausible_range(std::span<const TimeUs> times);
/// Every moment that can be plausible.
extern const PlausibleRange kAllTimes;

/// Takes the rows before `since` out of what was read, as if the log began there; they are counted
/// in `raw.counts.events_before_since`.
void drop_before(RawLog& raw, TimeUs since);

/// Takes the rows with dates outside `plausible` out of what was read. They are counted in
/// `raw.counts`.
void drop_implausible(RawLog& raw, const PlausibleRange& plausible);

/// When a log of these moments (at least one) ends: right after the last one; where the moments of
/// several days all have one time of day, which then tells the day alone, when the last day does.
TimeUs end_of(std::span<const TimeUs> times);

/// Makes the dense, sorted shop out of what was read: drops dates outside kAllTimes and duplicates
/// (counted in `raw.counts`), numbers users and products by their sorted external ids, orders the
/// events. Products are those of the log and of the catalog. The shop ends as end_of() says.
/// Consumes `raw`. Throws Error(kBadData) when no usable event is left.
Shop build_shop(RawLog& raw, const RawCatalog* catalog, int threads);

}  // namespace vitrina
