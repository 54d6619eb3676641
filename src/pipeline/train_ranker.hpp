#pragma once

#include "command/command.hpp"
#include "pipeline/folds.hpp"
#include "ranking/examples.hpp"
#include "ranking/ranker.hpp"

namespace vitrina::pipeline {

/// The windows that a lineage learns from: all, or those that end before the valid fold's cut.
std::vector<Fold> train_windows(const Folds& folds, ranking::Lineage lineage);

/// The training rows of some windows.
std::vector<ranking::Examples> load_windows(const command::Context& context,
                                            const std::vector<Fold>& windows);

/// Trains a ranker on the examples of the lineage's windows. What `train` and `refit` share.
ranking::Ranker train_ranker(const command::Context& context, const Folds& folds,
                             ranking::Lineage lineage, const ranking::RankerConfig& config);

/// Writes sizes of a ranker and the total gain of every column, the largest first, as JSON.
void write_ranker_report(const ranking::Ranker& ranker, std::size_t n_windows,
                         const std::filesystem::path& path);

}  // namespace vitrina::pipeline
