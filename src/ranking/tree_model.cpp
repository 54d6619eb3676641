#include "ranking/tree_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/hash.hpp"

namespace vitrina::ranking {

void TreeModel::grow(const TrainingRows& rows, const TreeTask& task) {
  if (task.rounds == 0 || rows.n_rows() == 0) return;
  std::vector<double> init_score;
  init_score.reserve(rows.n_rows());
  for (std::size_t r = 0; r < rows.n_rows(); ++r) {
    init_score.push_back(base_.logit(rows.own[r]) + double{rows.level[r]});
  }
  trees_ = Booster::train({rows.features, rows.label, rows.weight, init_score, task.columns,
                           task.params, task.rounds, task.threads});
}

TreeModel TreeModel::first_trees(int rounds) const {
  TreeModel model(base_);
  if (trees_ && rounds > 0) model.trees_ = Booster::from_text(trees_->to_text(rounds));
  return model;
}

void TreeModel::logits(MatrixView rows, std::span<const float> own, int threads,
                       std::span<double> out) const {
  std::fill(out.begin(), out.end(), 0.0);
  if (trees_) trees_->predict(rows, threads, out);
  add_base(own, out);
}

void TreeModel::add_base(std::span<const float> own, std::span<double> scores) const {
  for (std::size_t r = 0; r < scores.size(); ++r) scores[r] += base_.logit(own[r]);
}

void TreeModel::add_gains(std::vector<double>& total) const {
  if (!trees_) return;
  const auto gains = trees_->gains();
  total.resize(gains.size(), 0.0);
  for (std::size_t c = 0; c < gains.size(); ++c) total[c] += gains[c];
}

void TreeModel::put(ArchiveWriter& out, std::string_view name) const {
  base_.put(out, fmt::format("{}.base", name));
  const auto trees = trees_ ? trees_->to_text() : std::string();
  out.put_text(fmt::format("{}.trees", name), trees);
  out.put_text(fmt::format("{}.trees_sha256", name), sha256_text(trees));
}

TreeModel TreeModel::get(const ArchiveReader& in, std::string_view name) {
  TreeModel model;
  model.base_ = OwnBase::get(in, fmt::format("{}.base", name));
  const auto block = fmt::format("{}.trees", name);
  const auto trees = in.get_text(block);
  if (sha256_text(trees) != in.get_text(block + "_sha256")) in.fail(block, "was changed");
  if (!trees.empty()) model.trees_ = Booster::from_text(trees);
  return model;
}

}  // namespace vitrina::ranking
