#pragma once

// Internal to io: what the readers of log and catalog say of their files.

#include <optional>
#include <string_view>

#include "data/raw_log.hpp"
#include "io/column_values.hpp"
#include "io/log_schema.hpp"
#include "io/table_source.hpp"
#include "io/time_zone.hpp"

namespace vitrina::io {

/// The schema's time zone; nothing when it names none.
std::optional<TimeZone> zone_of(const LogSchema& schema);

/// Adds what was recognised in a file of the `role` (`log`, `catalog`) that has been read.
void note_source(const TableSource& source, std::string_view role, ReadNotes& notes);

/// Adds what was met among the dates of a `role`.
void note_dates(const DatesMet& met, const LogSchema& schema, std::string_view role,
                ReadNotes& notes);

/// The notes as the end of a line: `, log: columns separated by ';'`.
std::string as_suffix(const ReadNotes& notes);

}  // namespace vitrina::io
