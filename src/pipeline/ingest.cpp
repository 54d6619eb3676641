#include "pipeline/steps.hpp"

#include <fmt/format.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "command/layout.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "data/shop_file.hpp"
#include "pipeline/read_report.hpp"
#include "pipeline/read_shop.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Json report_of(const ShopInput& input, const Shop& shop, const std::string& fingerprint) {
  Json json{{"rows_read", input.counts.rows_read},
            {"rows_hidden_by_as_of", input.counts.rows_hidden},
            {"events_hidden_by_since", input.counts.events_before_since},
            {"events", shop.events.n_events()},
            {"users", shop.users.size()},
            {"products", shop.items.size()},
            {"categories", shop.categories.size()},
            {"begin", format_time(shop.begin)},
            {"end", format_time(shop.end - 1)}};
  for (std::size_t b = 0; b < kBadRowCount; ++b) {
    json["bad_rows"][std::string(kBadRowNames[b])] = input.counts.bad[b];
  }
  json["bad_row_examples"] = Json::object();
  for (std::size_t b = 0; b < kBadRowCount; ++b) {
    const auto& example = input.counts.example[b];
    if (!example.empty())
      json["bad_row_examples"][std::string(kBadRowNames[b])] = printable(example);
  }
  json["unknown_actions"] = unknown_actions_json(input.counts.unknown_actions);
  std::array<std::uint64_t, kActionCount> by_action{};
  for (const auto action : shop.events.action) ++by_action[code(action)];
  for (std::size_t a = 0; a < kActionCount; ++a) {
    json["events_by_action"][std::string(kActionTraits[a].name)] = by_action[a];
  }
  json["catalog"] = {{"rows", input.catalog_rows},
                     {"duplicate_rows", input.catalog_duplicates},
                     {"title_vectors", input.vectors_from}};
  json["recognised"] = input.log_notes.recognised;
  for (const auto& note : input.catalog_notes.recognised) json["recognised"].push_back(note);
  json["time_zone"] = zone_json(input.log_notes);
  json["fingerprint"] = fingerprint;
  return json;
}

/// What the simulator says of its files; null for a shop's own.
Json simulation_of(const command::Context& context) {
  const auto config = read_section<IngestConfig>(context.params, "ingest");
  const auto path = context.path(config.data_dir) / "simulation.json";
  if (!std::filesystem::exists(path)) return nullptr;
  auto json = Json::parse(read_file(path), nullptr, false);
  const auto is_number = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_number();
  };
  if (!is_number("simulator_version") || !is_number("scale")) return nullptr;
  json.erase("files");  // the shop's own digest is in the report
  return json;
}

void run(const command::Context& context) {
  const auto input = read_shop(context);
  const auto path = context.path(command::kShopFile);
  save_shop(input.shop, path);
  auto report = report_of(input, input.shop, sha256_file(path));
  report["simulation"] = simulation_of(context);
  write_file(context.path(command::kIngestReport),
             report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace

command::Command ingest_command() {
  return {.name = "ingest",
          .summary =
              "reads the shop's log and catalog, checks and counts bad rows, encodes ids "
              "and sorts",
          .inputs = {{"{ingest.data_dir}", "the log, the catalog and the title vectors"}},
          .outputs = {{command::kShopFile, "events by user and time, ids, catalog"},
                      {command::kIngestReport, "what was read and which rows were bad, by reason"}},
          .sections = {{"ingest", describe<IngestConfig>()}},
          .options = ingest_options(),
          .example = "vitrina ingest --data shop/ --as-of 2024-09-29",
          .run = run};
}

}  // namespace vitrina::pipeline
