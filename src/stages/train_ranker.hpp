#pragma once

#include "ranking/ranker.hpp"
#include "stages/folds.hpp"
#include "stages/stage.hpp"

namespace vitrina::stages {

/// Trains a ranker on the examples of `windows`. What `train` and `refit` share.
ranking::Ranker train_ranker(const StageContext& context, const std::vector<Fold>& windows,
                             ranking::Lineage lineage);

/// Writes sizes of a ranker and the total gain of every column, the largest first, as JSON.
void write_ranker_report(const ranking::Ranker& ranker, std::size_t n_windows,
                         const std::filesystem::path& path);

}  // namespace vitrina::stages
