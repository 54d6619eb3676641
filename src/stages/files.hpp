#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/stage.hpp"

namespace vitrina::stages {

/// Where `file` is for a run with `context`, braces replaced and described components cut off
/// (stage.hpp says how). Nothing when an option that the path needs was not given.
std::optional<std::filesystem::path> locate(const StageFile& file, const Stage& stage,
                                            const StageContext& context);

/// The declared path for people: `<--predictions>`, `<data.dir>/train_actions.pq`.
std::string declared_path(std::string_view path);

/// The first stage of `rows` but `stage` itself that, with the same parameters, writes `input` of
/// `stage`, or null. A folder covers the files in it, in both directions.
const Stage* maker_of(const StageFile& input, const Stage& stage, const ParamMap& params,
                      const std::vector<Stage>& rows);

/// Throws Error(kMissingInput) for the first input that is needed and not there:
/// `data/interim/shop.vtr is missing; run 'vitrina ingest' first`. `same_options` stands after the
/// verb in that hint, so that it can be pasted.
void check_inputs(const Stage& stage, const StageContext& context, const std::vector<Stage>& rows,
                  std::string_view same_options);

/// Runs the stage. An Error(kMissingInput) for a file inside one of its declared inputs, which
/// check_inputs() could not know of, gets the same hint.
void run_stage(const Stage& stage, const StageContext& context, const std::vector<Stage>& rows,
               std::string_view same_options);

/// Writes one line a file and a section of parameters, tab-separated: `input`, `optional-input`,
/// `output`, `optional-output` or `params`; the path or name; what it is.
void list_io(const Stage& stage, const StageContext& context, std::ostream& out);

/// Writes what running the stage would read and write, with sizes, and what is missing.
void describe_run(const Stage& stage, const StageContext& context, const std::vector<Stage>& rows,
                  std::ostream& out);

}  // namespace vitrina::stages
