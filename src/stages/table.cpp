#include "stages/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "stages/backtest/stage.hpp"
#include "stages/baselines/stage.hpp"
#include "stages/catalog/stage.hpp"
#include "stages/ceilings/stage.hpp"
#include "stages/check_data/stage.hpp"
#include "stages/check_submission/stage.hpp"
#include "stages/compare_buyers/stage.hpp"
#include "stages/evaluate/stage.hpp"
#include "stages/examples/stage.hpp"
#include "stages/features/stage.hpp"
#include "stages/fit/stage.hpp"
#include "stages/importance/stage.hpp"
#include "stages/ingest/stage.hpp"
#include "stages/pack/stage.hpp"
#include "stages/params/stage.hpp"
#include "stages/recommend/stage.hpp"
#include "stages/refit/stage.hpp"
#include "stages/run/stage.hpp"
#include "stages/score/stage.hpp"
#include "stages/similar/stage.hpp"
#include "stages/simulate/stage.hpp"
#include "stages/split/stage.hpp"
#include "stages/summary/stage.hpp"
#include "stages/train/stage.hpp"

namespace vitrina::stages {

const std::vector<Stage>& table() {
  static const std::vector<Stage> kRows{
      // The pipeline, in its order.
      ingest::stage(),
      split::stage(),
      fit::stage(),
      examples::stage(),
      train::stage(),
      evaluate::stage(),
      refit::stage(),
      pack::stage(),
      recommend::stage(),

      // Tools.
      simulate::stage(),
      run::stage(),
      summary::stage(),
      backtest::stage(),
      baselines::stage(),
      score::stage(),
      similar::stage(),
      check_data::stage(),
      check_submission::stage(),
      compare_buyers::stage(),
      ceilings::stage(),
      importance::stage(),
      features::stage(),
      catalog::stage(),
      params::stage(),
  };
  return kRows;
}

const Stage& find(std::string_view name) {
  const auto& rows = table();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Stage& stage) { return stage.name == name; });
  if (row != rows.end()) return *row;
  std::vector<std::string_view> names;
  names.reserve(rows.size());
  for (const auto& stage : rows) names.push_back(stage.name);
  const auto nearest = nearest_name(name, names.data(), names.data() + names.size());
  throw Error(ErrorCode::kUsage,
              fmt::format("unknown command '{}'{}", printable(name),
                          nearest.empty() ? "; run 'vitrina --help' to list the commands"
                                          : fmt::format("; did you mean '{}'", nearest)));
}

std::vector<SectionInfo> all_sections() {
  std::vector<SectionInfo> sections;
  for (const auto& stage : table()) {
    for (const auto& section : stage.sections) {
      const bool is_known =
          std::any_of(sections.begin(), sections.end(),
                      [&](const SectionInfo& known) { return known.name == section.name; });
      if (!is_known) sections.push_back(section);
    }
  }
  return sections;
}

}  // namespace vitrina::stages
