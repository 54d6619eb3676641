#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "metrics/bootstrap.hpp"
#include "metrics/recall.hpp"

namespace vitrina::evaluation {

/// Readings A, B, C and precision with their intervals, and the counts behind them.
nlohmann::ordered_json readings_json(std::span<const metrics::UserResult> results,
                                     const metrics::BootstrapConfig& config);

/// How far `first` is ahead of `second` in each reading, with intervals.
nlohmann::ordered_json ahead_json(std::span<const metrics::UserResult> first,
                                  std::span<const metrics::UserResult> second,
                                  const metrics::BootstrapConfig& config);

}  // namespace vitrina::evaluation
