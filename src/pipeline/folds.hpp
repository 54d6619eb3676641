#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/params.hpp"
#include "core/time.hpp"

namespace vitrina::pipeline {

/// How the log is cut into folds.
struct SplitConfig {
  double horizon_days = 3;
  int max_windows = 8;

  void visit(ConfigVisitor& v) {
    v.field("horizon_days", horizon_days, {0.01, 365}, "days ahead that purchases are predicted");
    v.field("max_windows", max_windows, {1, 100},
            "train windows at most; a log of 40 days and more gets one per 5 days, up to 24");
  }
};

/// A cut and the purchases after it: everything before `cut` may be used, [cut, to) is the label.
struct Fold {
  std::string name;
  TimeUs cut = 0;
  TimeUs to = 0;
};

/// The folds of a log. `train` windows come newest first and end at or before the log's end;
/// those that end at or before the valid fold's cut may train the model that it judges.
struct Folds {
  std::string shop;  ///< archive_digest() of the shop they were decided for
  TimeUs begin = 0;
  TimeUs end = 0;  ///< the moment of the answer
  TimeUs horizon = 0;
  TimeUs label_length = 0;  ///< of the train windows
  std::vector<Fold> train;
  std::optional<Fold> valid;

  [[nodiscard]] bool is_before_valid(const Fold& fold) const {
    return valid && fold.to <= valid->cut;
  }
};

inline constexpr const char* kValidFold = "valid";
inline constexpr const char* kFinalFold = "final";

/// Decides the folds from the log's length: windows as long as the horizon when there is room for
/// four of them, a valid one and some history, or when the log has 18 days and two and a half
/// horizons, where they overlap more; otherwise windows of a day, one a day.
Folds decide_folds(TimeUs begin, TimeUs end, const SplitConfig& config);

/// SHA-256 of all that they say: other folds, or those of another shop, have another one.
std::string digest(const Folds& folds);

void save_folds(const Folds& folds, const std::filesystem::path& path);
Folds load_folds(const std::filesystem::path& path);

}  // namespace vitrina::pipeline
