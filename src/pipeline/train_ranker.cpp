#include "pipeline/train_ranker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "command/layout.hpp"
#include "core/file.hpp"

namespace vitrina::pipeline {

std::vector<Fold> train_windows(const Folds& folds, ranking::Lineage lineage) {
  std::vector<Fold> windows;
  for (const auto& fold : folds.train) {
    if (lineage == ranking::Lineage::kFinal || folds.is_before_valid(fold)) windows.push_back(fold);
  }
  return windows;
}

std::vector<ranking::Examples> load_windows(const command::Context& context,
                                            const std::vector<Fold>& windows) {
  std::vector<ranking::Examples> examples;
  examples.reserve(windows.size());
  for (const auto& fold : windows) {
    examples.push_back(
        ranking::load_examples(command::examples_file(context.workspace, fold.name)));
  }
  return examples;
}

ranking::Ranker train_ranker(const command::Context& context, const Folds& folds,
                             ranking::Lineage lineage, const ranking::RankerConfig& config) {
  const auto windows = train_windows(folds, lineage);
  context.progress->begin("train ranker", 0, "");
  const auto examples = load_windows(context, windows);
  std::vector<const ranking::Examples*> parts;
  parts.reserve(examples.size());
  for (const auto& part : examples) parts.push_back(&part);
  auto ranker = ranking::Ranker::fit(parts, lineage, config, context.seed, context.threads);
  context.progress->end(fmt::format("{} trees from {} bought pairs in {} windows", ranker.rounds(),
                                    ranker.n_positives(), windows.size()));
  return ranker;
}

void write_ranker_report(const ranking::Ranker& ranker, std::size_t n_windows,
                         const std::filesystem::path& path) {
  nlohmann::ordered_json json{{"windows", n_windows},
                              {"bought_pairs", ranker.n_positives()},
                              {"trees", ranker.rounds()},
                              {"columns", ranker.columns().size()}};
  std::vector<std::pair<double, std::string>> gains;
  const auto by_column = ranker.gains();
  gains.reserve(by_column.size());
  for (std::size_t c = 0; c < by_column.size(); ++c) {
    gains.emplace_back(-by_column[c], ranker.columns()[c]);
  }
  std::sort(gains.begin(), gains.end());
  json["gain"] = nlohmann::ordered_json::array();
  for (const auto& [negative_gain, column] : gains) {
    json["gain"].push_back({{"column", column}, {"gain", -negative_gain}});
  }
  write_file(path, json.dump(2) + "\n");
}

}  // namespace vitrina::pipeline
