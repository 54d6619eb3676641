#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "metrics/bootstrap.hpp"
#include "metrics/recall.hpp"

namespace vitrina::stages::evaluate {

using Json = nlohmann::ordered_json;

/// Readings A, B, C and precision with their intervals, and the counts behind them.
Json readings_json(std::span<const metrics::UserResult> results,
                   const metrics::BootstrapConfig& config);

/// How far `first` is ahead of `second` in each reading, with intervals.
Json difference_json(std::span<const metrics::UserResult> first,
                     std::span<const metrics::UserResult> second,
                     const metrics::BootstrapConfig& config);

}  // namespace vitrina::stages::evaluate
