#include "program/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "pipeline/run.hpp"
#include "pipeline/steps.hpp"
#include "tools/tools.hpp"

namespace vitrina::program {
namespace {

std::vector<SectionInfo> sections_of(const std::vector<command::Command>& rows) {
  std::vector<SectionInfo> sections;
  for (const auto& row : rows) {
    for (const auto& section : row.sections) {
      const bool is_known =
          std::any_of(sections.begin(), sections.end(),
                      [&](const SectionInfo& known) { return known.name == section.name; });
      if (!is_known) sections.push_back(section);
    }
  }
  return sections;
}

std::vector<command::Command> make_table() {
  auto rows = pipeline::steps();
  for (const auto make :
       {tools::simulate_command, pipeline::run_command, tools::summary_command,
        tools::backtest_command, tools::baselines_command, tools::score_command,
        tools::similar_command, tools::replay_command, tools::check_data_command,
        tools::check_submission_command, tools::compare_buyers_command, tools::ceilings_command,
        tools::importance_command, tools::features_command, tools::catalog_command}) {
    rows.push_back(make());
  }
  rows.push_back(tools::params_command(sections_of(rows)));
  return rows;
}

}  // namespace

const std::vector<command::Command>& table() {
  static const auto kRows = make_table();
  return kRows;
}

const command::Command& find(std::string_view name) { return find(name, table()); }

const command::Command& find(std::string_view name, const std::vector<command::Command>& rows) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const command::Command& known) { return known.name == name; });
  if (row != rows.end()) return *row;
  std::vector<std::string_view> names;
  names.reserve(rows.size());
  for (const auto& known : rows) names.push_back(known.name);
  const auto nearest = nearest_name(name, names.data(), names.data() + names.size());
  throw Error(ErrorCode::kUsage,
              fmt::format("unknown command '{}'{}", printable(name),
                          nearest.empty() ? "; run 'vitrina --help' to list the commands"
                                          : fmt::format("; did you mean '{}'", nearest)));
}

std::span<const command::Command> bundle_steps() { return pipeline::bundle_steps(); }

std::vector<SectionInfo> all_sections() { return sections_of(table()); }

}  // namespace vitrina::program
