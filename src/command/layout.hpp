#pragma once

#include <filesystem>
#include <string_view>

namespace vitrina::command {

/// Where the stages' files are, relative to the workspace: the one list of these names.
inline constexpr std::string_view kShopFile = "data/interim/shop.vtr";
inline constexpr std::string_view kIngestReport = "reports/ingest.json";
inline constexpr std::string_view kSplitFile = "data/processed/split.json";
inline constexpr std::string_view kModelsFolder = "models/folds";
inline constexpr std::string_view kExamplesFolder = "data/processed/examples";
inline constexpr std::string_view kRankerFolder = "models/ranker";
inline constexpr std::string_view kTrainReport = "reports/train.json";
inline constexpr std::string_view kRefitReport = "reports/refit.json";
inline constexpr std::string_view kMetricsReport = "reports/metrics.json";
inline constexpr std::string_view kPlotsFolder = "reports/plots";
inline constexpr std::string_view kValidBuyers = "reports/valid_buyers.csv";
inline constexpr std::string_view kValidFolder = "models/valid";
inline constexpr std::string_view kFinalFolder = "models/final";
inline constexpr std::string_view kBundleFolder = "models/bundle";
inline constexpr std::string_view kPredictions = "data/out/predictions.csv";
inline constexpr std::string_view kRecommendations = "data/out/recommendations.parquet";
inline constexpr std::string_view kAnswerReport = "reports/recommend.json";
inline constexpr std::string_view kImportanceReport = "reports/importance.json";
inline constexpr std::string_view kReport = "report.json";
/// Inside the folders of the ranker and of the valid fold.
inline constexpr std::string_view kBlend = "blend.json";
inline constexpr std::string_view kBuyers = "buyers.vtr";

/// The fitted models of a fold.
inline std::filesystem::path models_file(const std::filesystem::path& workspace,
                                         std::string_view fold) {
  return workspace / kModelsFolder / fold / "models.vtr";
}

/// The training rows of a fold.
inline std::filesystem::path examples_file(const std::filesystem::path& workspace,
                                           std::string_view fold) {
  return workspace / kExamplesFolder / fold / "examples.vtr";
}

}  // namespace vitrina::command
