#include "pipeline/read_report.hpp"

#include <string>

#include "core/error.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

/// How many values of the action column are listed one by one.
constexpr std::size_t kListedValues = 50;

}  // namespace

Json zone_json(const ReadNotes& notes) {
  if (notes.zone.empty()) return nullptr;
  return {{"of_the_log", printable(notes.zone)}, {"read_as", notes.clock}};
}

Json unknown_actions_json(const TextTally& tally) {
  Json json{{"rows", tally.total()}, {"values", Json::array()}};
  std::uint64_t n_listed = 0;
  for (const auto& [value, rows] : tally.by_count()) {
    if (json["values"].size() == kListedValues) break;
    json["values"].push_back({{"value", printable(value)}, {"rows", rows}});
    n_listed += rows;
  }
  json["rows_of_other_values"] = tally.total() - n_listed;
  return json;
}

}  // namespace vitrina::pipeline
