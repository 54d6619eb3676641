#include "pipeline/folds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bundle/json_problem.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 2;

/// Days of log that pay for one more train window once the log is long, and how many are enough:
/// each is a fit of the models on the whole log before it.
constexpr double kDaysPerWindow = 5;
constexpr double kEnoughWindows = 24;

/// So long a log learns from windows as long as the horizon, overlapping ones if need be: what is
/// bought in one day says too little of a fortnight, and nothing of whether it is due.
constexpr TimeUs kWeeksOfLog = 18 * kUsPerDay;
constexpr int kBeforeValid = 4;  // windows, of a log that has room for them

Json to_json(const Fold& fold) {
  return {{"name", fold.name},
          {"cut", format_time(fold.cut)},
          {"to", format_time(fold.to)},
          {"cut_us", fold.cut},
          {"to_us", fold.to}};
}

Fold from_json(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("cut_us").get<TimeUs>(),
          json.at("to_us").get<TimeUs>()};
}

std::string to_text(const Folds& folds) {
  Json json{{"format", kFormat},
            {"shop", folds.shop},
            {"begin", format_time(folds.begin)},
            {"end", format_time(folds.end)},
            {"horizon_days", to_days(folds.horizon)},
            {"label_days", to_days(folds.label_length)},
            {"begin_us", folds.begin},
            {"end_us", folds.end},
            {"horizon_us", folds.horizon},
            {"label_us", folds.label_length}};
  json["train"] = Json::array();
  for (const auto& fold : folds.train) {
    auto row = to_json(fold);
    row["before_valid"] = folds.is_before_valid(fold);
    json["train"].push_back(row);
  }
  json["valid"] = folds.valid ? to_json(*folds.valid) : Json(nullptr);
  return json.dump(2) + "\n";
}

}  // namespace

Folds decide_folds(TimeUs begin, TimeUs end, const SplitConfig& config) {
  Folds folds;
  folds.begin = begin;
  folds.end = end;
  folds.horizon = from_days(config.horizon_days);
  const TimeUs length = end - begin;
  const bool is_long = length >= 6 * folds.horizon;  // four windows, a valid one, some history
  const bool overlaps =
      !is_long && length >= kWeeksOfLog && length >= folds.horizon / 2 * 5;  // two and a half
  const bool is_whole = is_long || overlaps;
  folds.label_length = is_whole ? folds.horizon : std::min(folds.horizon, kUsPerDay);
  const TimeUs history = is_long ? folds.horizon : folds.label_length / 2;
  const double of_a_long_log =
      std::min(kEnoughWindows, std::floor(to_days(length) / kDaysPerWindow));
  int n_windows = std::max(config.max_windows, static_cast<int>(of_a_long_log));

  // whole days apart, so that every cut has the hour of the day of the answer; the windows of a
  // long log spread over it as far as they can without leaving gaps
  TimeUs stride = folds.label_length;
  if (is_whole && folds.label_length > kUsPerDay) {
    const TimeUs room = (length - history - folds.label_length) / n_windows;
    stride = std::clamp(room / kUsPerDay * kUsPerDay, kUsPerDay, folds.label_length);
  }
  // some of them lie before the valid fold
  if (overlaps) {
    n_windows = std::max(n_windows, static_cast<int>(folds.horizon / stride) + kBeforeValid);
  }
  for (TimeUs cut = end - folds.label_length;
       cut >= begin + history && static_cast<int>(folds.train.size()) < n_windows; cut -= stride) {
    folds.train.push_back(
        {fmt::format("w{:02}", folds.train.size() + 1), cut, cut + folds.label_length});
  }
  const TimeUs valid_cut = end - folds.horizon;
  const bool has_train = std::any_of(folds.train.begin(), folds.train.end(),
                                     [&](const Fold& fold) { return fold.to <= valid_cut; });
  if (has_train) folds.valid = Fold{kValidFold, valid_cut, end};
  return folds;
}

std::string digest(const Folds& folds) { return sha256_text(to_text(folds)); }

void save_folds(const Folds& folds, const std::filesystem::path& path) {
  write_file(path, to_text(folds));
}

Folds load_folds(const std::filesystem::path& path) {
  try {
    const auto json = Json::parse(read_file(path));
    if (json.at("format") != kFormat) {
      throw Error(
          ErrorCode::kIncompatibleArtifact,
          fmt::format("{}: is of another format; run 'vitrina split' again", path.string()));
    }
    Folds folds;
    folds.shop = json.at("shop").get<std::string>();
    folds.begin = json.at("begin_us").get<TimeUs>();
    folds.end = json.at("end_us").get<TimeUs>();
    folds.horizon = json.at("horizon_us").get<TimeUs>();
    folds.label_length = json.at("label_us").get<TimeUs>();
    for (const auto& row : json.at("train")) folds.train.push_back(from_json(row));
    if (!json.at("valid").is_null()) folds.valid = from_json(json.at("valid"));
    return folds;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: {}; run 'vitrina split' again", path.string(),
                            bundle::json_problem(error)));
  }
}

}  // namespace vitrina::pipeline
