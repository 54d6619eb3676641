#include "stages/summary.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bundle/json_problem.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "stages/layout.hpp"

namespace vitrina::stages {
namespace {

using Json = nlohmann::ordered_json;

Json read_json(const std::filesystem::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const Json::exception& error) {
    throw Error(
        ErrorCode::kIncompatibleArtifact,
        fmt::format("{}: {}; run the pipeline again", path.string(), bundle::json_problem(error)));
  }
}

std::string bad_rows(const Json& ingest) {
  std::string text;
  std::uint64_t total = 0;
  for (const auto& [reason, n] : ingest.at("bad_rows").items()) {
    if (n == 0) continue;
    total += n.get<std::uint64_t>();
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n.get<std::uint64_t>(), reason);
  }
  return total == 0 ? "none" : fmt::format("{} ({})", total, text);
}

/// A simulated shop is named wherever its figures are shown.
std::string origin(const Json& ingest) {
  if (!ingest.contains("simulation") || ingest.at("simulation").is_null()) return "";
  const auto& simulation = ingest.at("simulation");
  return fmt::format(" (simulated shop, version {}, scale {})",
                     simulation.value("simulator_version", 0), simulation.value("scale", 0.0));
}

std::string interval(const Json& json, const std::string& name) {
  const auto number = [&](const std::string& key) {
    return json.at(key).is_null() ? 0.0 : json.at(key).get<double>();
  };
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", number(name), number(name + "_low"),
                     number(name + "_high"));
}

std::string metric_lines(const Json& metrics) {
  if (metrics.at("valid").is_null()) {
    return fmt::format("reading A     {}\n", metrics.at("reason").get<std::string>());
  }
  const auto& valid = metrics.at("valid");
  auto text = fmt::format(
      "valid fold    {} to {}: {} buyers, {} of them among the {} sent\n"
      "reading A     {}, B {:.4f}, C {:.4f}, precision {:.4f}\n",
      valid.at("cut").get<std::string>(), valid.at("to").get<std::string>(),
      valid.at("buyers").get<int>(), valid.at("buyers_sent").get<int>(),
      valid.at("sent").get<int>(), interval(valid, "recall_a"),
      valid.at("recall_b").is_null() ? 0.0 : valid.at("recall_b").get<double>(),
      valid.at("recall_c").is_null() ? 0.0 : valid.at("recall_c").get<double>(),
      valid.at("precision").is_null() ? 0.0 : valid.at("precision").get<double>());
  std::string others;
  for (const auto& [name, baseline] : metrics.at("baselines").items()) {
    others +=
        fmt::format("{}{} {}", others.empty() ? "" : ", ", name, interval(baseline, "recall_a"));
  }
  return text + fmt::format("baselines     {}\n", others);
}

}  // namespace

std::string summarise(const std::filesystem::path& workspace) {
  const auto ingest = read_json(workspace / kIngestReport);
  const auto split = read_json(workspace / kSplitFile);
  const auto model = read_json(workspace / kRefitReport);
  const auto metrics = read_json(workspace / kMetricsReport);
  const auto answer = read_json(workspace / kAnswerReport);
  std::string text = fmt::format(
      "log           {} events of {} users and {} products, {} to {}{}\n"
      "bad rows      {}\n"
      "folds         {} train windows of {:g} days, {}\n"
      "model         {} trees from {} bought pairs, {} columns\n",
      ingest.at("events").get<std::uint64_t>(), ingest.at("users").get<std::uint64_t>(),
      ingest.at("products").get<std::uint64_t>(), ingest.at("begin").get<std::string>(),
      ingest.at("end").get<std::string>(), origin(ingest), bad_rows(ingest),
      split.at("train").size(), split.at("label_days").get<double>(),
      split.at("valid").is_null() ? "no valid fold" : "one valid fold",
      model.at("trees").get<int>(), model.at("bought_pairs").get<std::uint64_t>(),
      model.at("columns").get<int>());
  text += metric_lines(metrics);
  text += fmt::format("chosen        {} users x {} products as of {}\n",
                      answer.at("users").get<std::uint64_t>(), answer.at("k").get<int>(),
                      answer.at("as_of").get<std::string>());
  text += fmt::format("expected      {}{:.1f} buyers among them, bundle {}\n",
                      answer.at("expected_buyers_is_lower_bound").get<bool>() ? "at least " : "",
                      answer.at("expected_buyers").get<double>(),
                      answer.at("bundle").get<std::string>());
  if (answer.at("users_with_fewer_than_k") != 0) {
    text += fmt::format(
        "note          {} users have fewer than {} products: the shop has no more\n",
        answer.at("users_with_fewer_than_k").get<std::uint64_t>(), answer.at("k").get<int>());
  }
  return text;
}

}  // namespace vitrina::stages
