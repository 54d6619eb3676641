#pragma once

#include "ranking/ranker.hpp"
#include "stages/folds.hpp"
#include "stages/stage.hpp"

namespace vitrina::stages {

/// Trains a ranker on the examples of `windows`. What `train` and `refit` share.
ranking::Ranker train_ranker(const StageContext& context, const std::vector<Fold>& windows,
                             ranking::Lineage lineage);

}  // namespace vitrina::stages
