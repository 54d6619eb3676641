#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/command.hpp"

namespace vitrina::command {

/// Where `file` is for a run with `context`, braces replaced and described components cut off
/// (command.hpp says how). Nothing when an option that the path needs was not given.
std::optional<std::filesystem::path> locate(const File& file, const Command& command,
                                            const Context& context);

/// The declared path for people: `<--predictions>`, `<data.dir>/train_actions.pq`.
std::string declared_path(std::string_view path);

/// The first command of `rows` but `command` itself that, with the same parameters, writes `input`
/// of `command`, or null. A folder covers the files in it, in both directions.
const Command* maker_of(const File& input, const Command& command, const ParamMap& params,
                        const std::vector<Command>& rows);

/// Throws Error(kMissingInput) for the first input that is needed and not there:
/// `data/interim/shop.vtr is missing; run 'vitrina ingest' first`. `same_options` stands after the
/// verb in that hint, so that it can be pasted.
void check_inputs(const Command& command, const Context& context, const std::vector<Command>& rows,
                  std::string_view same_options);

/// Runs the command. An Error(kMissingInput) for a file inside one of its declared inputs, which
/// check_inputs() could not know of, gets the same hint.
void run(const Command& command, const Context& context, const std::vector<Command>& rows,
         std::string_view same_options);

/// Writes one line a file and a section of parameters, tab-separated: `input`, `optional-input`,
/// `output`, `optional-output` or `params`; the path or name; what it is.
void list_io(const Command& command, const Context& context, std::ostream& out);

/// Writes what running the command would read and write, with sizes, and what is missing.
void describe_run(const Command& command, const Context& context, const std::vector<Command>& rows,
                  std::ostream& out);

}  // namespace vitrina::command
