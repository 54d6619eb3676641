#include "stages/train_ranker.hpp"

#include <fmt/format.h>

#include "stages/layout.hpp"

namespace vitrina::stages {

ranking::Ranker train_ranker(const StageContext& context, const std::vector<Fold>& windows,
                             ranking::Lineage lineage) {
  context.progress->begin("train ranker", 0, "");
  std::vector<ranking::Examples> examples;
  for (const auto& fold : windows) {
    examples.push_back(ranking::load_examples(examples_file(context.workspace, fold.name)));
  }
  std::vector<const ranking::Examples*> folds;
  for (const auto& fold : examples) folds.push_back(&fold);
  auto ranker = ranking::Ranker::fit(folds, lineage,
                                     read_section<ranking::RankerConfig>(context.params, "train"),
                                     context.seed, context.threads);
  context.progress->end(fmt::format("{} trees from {} bought pairs in {} windows",
                                    ranker.rounds(), ranker.n_positives(), windows.size()));
  return ranker;
}

}  // namespace vitrina::stages
