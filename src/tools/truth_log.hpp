#pragma once

#include "command/command.hpp"
#include "io/log_schema.hpp"

namespace vitrina::tools {

// Of `ingest`, a log that answers are held against takes how its columns and times are read, and
// nothing of which log it is or how much of it is looked at.

/// The section `ingest`.
SectionInfo truth_section();

/// The option that sets `ingest.schema`.
command::Option schema_option();

/// Throws Error(kUsage) for a --set of `ingest` that has no effect on such a log.
void check_truth_keys(const command::Context& context);

/// Share of its rows that may be bad.
double max_bad_share(const command::Context& context);

/// The log's schema on the clock that the answers' own log is read on.
io::LogSchema truth_schema(const command::Context& context);

}  // namespace vitrina::tools
