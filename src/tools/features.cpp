#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "candidates/generator.hpp"
#include "features/feature_group.hpp"
#include "models/model_set.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

Json model_names(const std::vector<models::ModelKind>& needs) {
  Json names = Json::array();
  for (const auto& model : models::registry()) {
    if (std::find(needs.begin(), needs.end(), model.kind) != needs.end()) {
      names.push_back(model.name);
    }
  }
  return names;
}

bool is_on_by_default(const std::vector<FieldInfo>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const FieldInfo& field) {
    return field.name == "enabled" && field.default_value == "true";
  });
}

std::vector<std::string> generator_names(bool only_defaults) {
  std::vector<std::string> names;
  for (const auto& row : candidates::registry()) {
    if (!only_defaults || is_on_by_default(row.fields())) names.emplace_back(row.name);
  }
  return names;
}

/// Where the values come from and why nothing at or after `as_of` can be among it.
std::string as_of_sentence(const features::FeatureGroupInfo& row) {
  std::string text = "the user's events before as_of and the candidates made from them";
  if (!row.needs.empty()) {
    std::string names;
    for (const auto& name : model_names(row.needs)) {
      names += (names.empty() ? "" : ", ") + name.get<std::string>();
    }
    text += fmt::format("; the model{} {}, fitted on events before as_of",
                        row.needs.size() == 1 ? "" : "s", names);
  }
  if (row.reads_catalog) {
    text +=
        "; category, title and vector of the catalog, never its prices, add_date nor who is listed";
  }
  return text;
}

Json columns_json(const features::FeatureGroupInfo& row, bool is_on) {
  const auto all = generator_names(false);
  const auto on = generator_names(true);
  std::vector<std::string> by_default;
  for (auto& column : row.columns(on)) by_default.push_back(column.name);
  Json columns = Json::array();
  for (const auto& column : row.columns(all)) {
    const bool is_there =
        std::find(by_default.begin(), by_default.end(), column.name) != by_default.end();
    columns.push_back({{"name", fmt::format("{}__{}", row.name, column.name)},
                       {"meaning", column.meaning},
                       {"on", is_on && is_there}});
  }
  return columns;
}

Json registries_json() {
  Json json;
  json["generators"] = Json::array();
  for (const auto& row : candidates::registry()) {
    json["generators"].push_back({{"name", row.name},
                                  {"summary", row.summary},
                                  {"section", row.section()},
                                  {"on", is_on_by_default(row.fields())},
                                  {"needs", model_names(row.needs)}});
  }
  std::size_t n_columns = 0;
  std::size_t n_on = 0;
  Json groups = Json::array();
  for (const auto& row : features::registry()) {
    const bool is_on = is_on_by_default(row.fields());
    Json group{{"name", row.name},
               {"summary", row.summary},
               {"scope", row.scope},
               {"section", row.section()},
               {"on", is_on},
               {"needs", model_names(row.needs)},
               {"reads_catalog", row.reads_catalog},
               {"as_of", as_of_sentence(row)},
               {"columns", columns_json(row, is_on)}};
    n_columns += group["columns"].size();
    for (const auto& column : group["columns"]) n_on += column["on"].get<bool>() ? 1 : 0;
    groups.push_back(std::move(group));
  }
  json["columns"] = n_columns;
  json["columns_on"] = n_on;
  json["groups"] = std::move(groups);
  return json;
}

void run(const command::Context& context) { *context.out << registries_json().dump(2) << '\n'; }

}  // namespace

command::Command features_command() {
  return {.name = "features",
          .summary =
              "prints every generator, feature group and column as JSON: meaning, scope, on or off "
              "by default",
          .inputs = {},
          .outputs = {},
          .sections = {},
          .options = {},
          .example = "vitrina features > features.json",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
