#include "evaluation/metrics_report.hpp"

#include <algorithm>

namespace vitrina::evaluation {
namespace {

using Json = nlohmann::ordered_json;

/// Nobody bought: no share is 0, there is nothing to take a share of.
bool nobody_bought(std::span<const metrics::UserResult> results) {
  return std::ranges::none_of(results, &metrics::UserResult::is_buyer);
}

template <class T, class Add>
void for_each_reading(const metrics::PerReading<T>& readings, const Add& add) {
  add("recall_a", readings.a);
  add("recall_b", readings.b);
  add("recall_c", readings.c);
  add("precision", readings.precision);
}

}  // namespace

Json readings_json(std::span<const metrics::UserResult> results,
                   const metrics::BootstrapConfig& config) {
  const auto found = metrics::readings(results);
  Json json;
  for_each_reading(found.value, [&](const char* name, double value) { json[name] = value; });
  for_each_reading(metrics::bootstrap(results, config),
                   [&](const std::string& name, const metrics::Interval& interval) {
                     json[name + "_low"] = interval.low;
                     json[name + "_high"] = interval.high;
                   });
  if (nobody_bought(results)) {
    for (auto& value : json) value = nullptr;
  }
  json["buyers"] = found.counts.buyers;
  json["sent"] = found.counts.sent;
  json["buyers_sent"] = found.counts.buyers_sent;
  json["buyers_hit"] = found.counts.buyers_hit;
  json["bought_pairs"] = found.counts.bought;
  json["hits"] = found.counts.hits;
  return json;
}

Json ahead_json(std::span<const metrics::UserResult> first,
                std::span<const metrics::UserResult> second,
                const metrics::BootstrapConfig& config) {
  Json json;
  for_each_reading(metrics::compare(first, second, config),
                   [&](const std::string& name, const metrics::Difference& difference) {
                     json[name] = difference.value;
                     json[name + "_low"] = difference.interval.low;
                     json[name + "_high"] = difference.interval.high;
                   });
  if (nobody_bought(first)) {
    for (auto& value : json) value = nullptr;
  }
  return json;
}

}  // namespace vitrina::evaluation
