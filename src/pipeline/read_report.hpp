#pragma once

#include <nlohmann/json.hpp>

#include "data/raw_log.hpp"

namespace vitrina::pipeline {

/// The zone of a log's times and the clock they were turned to; null where they have none.
nlohmann::ordered_json zone_json(const ReadNotes& notes);

/// The values of the action column that are no action, the most frequent ones by themselves.
nlohmann::ordered_json unknown_actions_json(const TextTally& tally);

}  // namespace vitrina::pipeline
