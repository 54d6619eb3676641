#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "bundle/bundle.hpp"
#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/file.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/lineage.hpp"

namespace vitrina::pipeline {
namespace {

/// The clock that `ingest` turned the log's times to, as its report says; empty for UTC, where the
/// times had no zone, and without a report.
std::string clock_of(const std::filesystem::path& ingest_report) {
  if (!std::filesystem::exists(ingest_report)) return {};
  const auto report = nlohmann::json::parse(read_file(ingest_report), nullptr, false);
  const nlohmann::json::json_pointer place("/time_zone/read_as");
  if (!report.contains(place)) return {};
  const auto& clock = report[place];
  return clock.is_string() && clock != "UTC" ? clock.get<std::string>() : std::string();
}

void run(const command::Context& context) {
  const auto kept_shop = command::workspace_shop(context);
  const Shop& shop = *kept_shop;
  const auto folds = folds_of_shop(context);
  check_made_of(context.path(command::kModelsFolder), folds, "fit");
  check_made_of(context.path(command::kFinalFolder), folds, "refit");
  const auto folder = context.path(command::kBundleFolder);
  context.progress->begin("pack bundle", 0, "");
  std::string fingerprint;
  write_folder(folder, [&](const std::filesystem::path& beside) {
    fingerprint =
        bundle::write_bundle({shop, command::models_file(context.workspace, kFinalFold),
                              context.path(command::kFinalFolder) / "ranker.vtr", context.params,
                              clock_of(context.path(command::kIngestReport))},
                             beside);
  });
  context.progress->end(fingerprint);
}

}  // namespace

command::Command pack_command() {
  return {
      .name = "pack",
      .summary = "packs the final models and ranker into a checked bundle that answers alone",
      .inputs = {{command::kShopFile, "the shop"},
                 {command::kSplitFile, "the folds"},
                 {command::kIngestReport, "the clock that the shop's times are on", true},
                 {command::kModelsFolder, "the final models"},
                 {command::kFinalFolder, "the final ranker"}},
      .outputs = {{command::kBundleFolder, "products, models, ranker, parameters and a manifest"}},
      .sections = bundle::answer_sections(),
      .options = {},
      .example = "vitrina pack",
      .run = run};
}

}  // namespace vitrina::pipeline
