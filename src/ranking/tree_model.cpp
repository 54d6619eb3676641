#include "ranking/tree_model.hpp"

#include <fmt/format.h>

#include "core/hash.hpp"

namespace vitrina::ranking {

std::optional<Booster> TreeModel::grow(const TrainingRows& rows, const TreeTask& task) const {
  if (task.rounds == 0 || rows.n_rows() == 0) return std::nullopt;
  std::vector<double> init_score;
  init_score.reserve(rows.n_rows());
  for (const float own : rows.own) init_score.push_back(base_.logit(own));
  const MatrixView view{rows.features.data(), rows.n_rows(), task.columns.size()};
  return Booster::train({std::span(&view, 1), rows.label, rows.weight, init_score, task.columns,
                         task.params, task.rounds});
}

void TreeModel::logits(MatrixView rows, std::span<const float> own, int threads,
                       std::span<double> out) const {
  std::vector<double> of_bags(bags_.size() * rows.n_rows);
  for (std::size_t bag = 0; bag < bags_.size(); ++bag) {
    bags_[bag].predict(rows, threads, std::span(of_bags).subspan(bag * rows.n_rows, rows.n_rows));
  }
  logits(of_bags, own, out);
}

void TreeModel::logits(std::span<const double> of_bags, std::span<const float> own,
                       std::span<double> out) const {
  const double share = bags_.empty() ? 0.0 : 1.0 / static_cast<double>(bags_.size());
  for (std::size_t r = 0; r < out.size(); ++r) {
    double total = 0;
    for (std::size_t bag = 0; bag < bags_.size(); ++bag) total += of_bags[bag * out.size() + r];
    out[r] = base_.logit(own[r]) + share * total;
  }
}

void TreeModel::add_gains(std::vector<double>& total) const {
  for (const auto& bag : bags_) {
    const auto gains = bag.gains();
    total.resize(gains.size(), 0.0);
    for (std::size_t c = 0; c < gains.size(); ++c) total[c] += gains[c];
  }
}

void TreeModel::put(ArchiveWriter& out, std::string_view name) const {
  base_.put(out, fmt::format("{}.base", name));
  std::vector<std::string> trees;
  std::vector<std::string> digests;
  for (const auto& bag : bags_) {
    trees.push_back(bag.to_text());
    digests.push_back(sha256_text(trees.back()));
  }
  out.put_texts(fmt::format("{}.trees", name), trees);
  out.put_texts(fmt::format("{}.trees_sha256", name), digests);
}

TreeModel TreeModel::get(const ArchiveReader& in, std::string_view name) {
  TreeModel model;
  model.base_ = OwnBase::get(in, fmt::format("{}.base", name));
  const auto block = fmt::format("{}.trees", name);
  const auto trees = in.get_texts(block);
  const auto digests = in.get_texts(block + "_sha256");
  if (trees.size() != digests.size()) in.fail(block, "has another number of digests");
  for (std::size_t bag = 0; bag < trees.size(); ++bag) {
    if (sha256_text(trees[bag]) != digests[bag]) in.fail(block, "was changed");
    model.bags_.push_back(Booster::from_text(trees[bag]));
  }
  return model;
}

}  // namespace vitrina::ranking
