#pragma once

#include <filesystem>

#include "core/progress.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "io/log_schema.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina::io {

/// Reads the click log at `path` (io/log_files.hpp says where it is looked for).
///
/// The columns user, action, date and products are required; device and page may be absent.
/// Every product of a row becomes a row of its own; a row without a usable product keeps one row
/// with kNoCode. Rows at or after `as_of` are counted and otherwise not looked at: their ids get
/// no codes; kNoTime hides nothing. A row is counted as bad for the first reason of: date, user,
/// action. Codes follow the order of the files and do not depend on `threads`.
///
/// Throws Error(kMissingInput) when there is no log, Error(kBadData) with file, column and row
/// group when one cannot be trusted or understood, Error(kOutOfResources) when it does not fit
/// into memory.
RawLog read_log(const std::filesystem::path& path, const LogSchema& schema, TimeUs as_of,
                int threads, Progress& progress);

/// The same for a table that another library holds in memory: batches of the columns named above,
/// of any types that a file may have. They are validated like a file's and not copied. Takes the
/// stream over, also when it throws: it is released on return, as the interface demands. Errors
/// name `events` in the place of a file.
RawLog read_log_stream(ArrowArrayStream* stream, const LogSchema& schema, TimeUs as_of, int threads,
                       Progress& progress);

/// Releases a stream that nobody took over; does nothing for null and for one that was.
void release_stream(ArrowArrayStream* stream) noexcept;

}  // namespace vitrina::io
