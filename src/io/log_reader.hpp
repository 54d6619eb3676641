#pragma once

#include <filesystem>

#include "core/progress.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "io/log_schema.hpp"

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

}  // namespace vitrina::io
