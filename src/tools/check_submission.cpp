#include "tools/tools.hpp"

#include <fmt/format.h>

#include <ostream>
#include <string>

#include "core/file.hpp"
#include "selection/choose_config.hpp"
#include "tools/submission_rows.hpp"

namespace vitrina::tools {
namespace {

void run(const command::Context& context) {
  const std::string path = context.option("file").value();
  const auto limits = selection::read_choose(context.params).limits();
  const auto rows = check_rows(read_file(path), path, limits);
  *context.out << fmt::format("{}: ok, {} rows with {} products in the case's format\n", path,
                              rows.n_rows, rows.n_products);
  for (const auto& warning : warnings_of(rows, path, limits)) context.progress->warn(warning);
}

}  // namespace

command::Command check_submission_command() {
  return {
      .name = "check-submission",
      .summary =
          "says whether a predictions file is in the case's format and, if not, the line "
          "and the reason",
      .inputs = {{"{file}", "the predictions to check"}},
      .outputs = {},
      .sections = {{"choose", describe<selection::ChooseConfig>()}},
      .options = {{"--file", "FILE", "the predictions to check", true},
                  {"--max-users", "N", "rows allowed", false, "choose.max_users"},
                  {"--k", "K", "products allowed a row", false, "choose.k"}},
      .positional = "--file",
      .example = "vitrina check-submission data/out/predictions.csv",
      .run = run,
      .is_pipeline = false,
  };
}

}  // namespace vitrina::tools
