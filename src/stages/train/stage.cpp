#include "stages/train/stage.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "stages/folds.hpp"
#include "stages/layout.hpp"
#include "stages/train_ranker.hpp"

namespace vitrina::stages::train {
namespace {

using Json = nlohmann::ordered_json;

Json report_of(const ranking::Ranker& ranker, const std::vector<Fold>& windows) {
  Json json{{"windows", windows.size()},
            {"bought_pairs", ranker.n_positives()},
            {"trees", ranker.rounds()},
            {"columns", ranker.columns().size()}};
  std::vector<std::pair<double, std::string>> gains;
  const auto by_column = ranker.gains();
  for (std::size_t c = 0; c < by_column.size(); ++c) {
    gains.emplace_back(-by_column[c], ranker.columns()[c]);
  }
  std::sort(gains.begin(), gains.end());
  json["gain"] = Json::array();
  for (const auto& [negative_gain, column] : gains) {
    json["gain"].push_back({{"column", column}, {"gain", -negative_gain}});
  }
  return json;
}

void run(const StageContext& context) {
  const auto folds = load_folds(context.path(kSplitFile));
  std::vector<Fold> windows;
  for (const auto& fold : folds.train) {
    if (folds.is_before_valid(fold)) windows.push_back(fold);
  }
  const auto ranker = train_ranker(context, windows, ranking::Lineage::kValid);
  ranker.save(context.path(kRankerFolder));
  write_file(context.path(kTrainReport), report_of(ranker, windows).dump(2) + "\n");
}

}  // namespace

Stage stage() {
  return {.name = "train",
          .summary = "trains the ranker on the windows before the valid fold",
          .inputs = {{kSplitFile, "the folds"}, {kExamplesFolder, "the training rows"}},
          .outputs = {{kRankerFolder, "the ranker that `evaluate` judges"},
                      {kTrainReport, "sizes and the gain of every column"}},
          .sections = {{"train", describe<ranking::RankerConfig>()}},
          .options = {},
          .example = "vitrina train --set train.rounds=120",
          .run = run};
}

}  // namespace vitrina::stages::train
