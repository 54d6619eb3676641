#include "ranking/ranker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/rng.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kRankerVersion = 2;

/// How many observations the prior slope of a calibration is worth.
constexpr double kPriorRows = 5;

const std::vector<float>& own_of(const Examples& examples, Lineage lineage) {
  return lineage == Lineage::kValid ? examples.own_valid : examples.own_final;
}

MatrixView view_of(const Examples& examples) {
  return {examples.features.data(), examples.n_rows(), examples.columns.size()};
}

template <class T>
std::vector<T> concatenated(std::span<const Examples* const> folds,
                            std::vector<T> Examples::* member) {
  std::vector<T> all;
  for (const auto* fold : folds)
    all.insert(all.end(), (fold->*member).begin(), (fold->*member).end());
  return all;
}

/// LightGBM's parameters of one bag.
std::string booster_params(const RankerConfig& config, std::uint64_t seed, int threads) {
  // row-wise histograms and one fixed order of sums: the same trees with any number of threads
  return fmt::format(
      "objective=cross_entropy boost_from_average=false num_leaves={} learning_rate={} "
      "lambda_l2={} "
      "min_sum_hessian_in_leaf={} min_data_in_leaf={} feature_fraction={} bagging_fraction={} "
      "bagging_freq=1 max_bin=127 force_row_wise=true deterministic=true seed={} num_threads={} "
      "verbosity=-1",
      config.leaves, config.learning_rate, config.l2, config.min_leaf_hessian, config.min_leaf_rows,
      config.column_share, config.row_share, seed % 1'000'000'007, threads);
}

}  // namespace

Ranker Ranker::fit(std::span<const Examples* const> folds, Lineage lineage,
                   const RankerConfig& config, std::uint64_t seed, int threads) {
  Ranker ranker;
  for (const auto* fold : folds) {
    if (ranker.columns_.empty()) ranker.columns_ = fold->columns;
    if (fold->columns != ranker.columns_) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  "train: the folds' columns differ; run 'vitrina examples' again");
    }
    for (const float label : fold->label) ranker.n_positives_ += label > 0 ? 1 : 0;
  }
  ranker.fit_base(folds, lineage);
  if (ranker.n_positives_ >= static_cast<std::uint64_t>(config.min_positives)) {
    ranker.fit_trees(folds, lineage, config, seed, threads);
  }
  return ranker;
}

double Ranker::base_logit(float own) const {
  return own > 0 ? std::max(base_.logit(std::log(double{own})), untouched_logit_)
                 : untouched_logit_;
}

float Ranker::base_score(float own) const { return static_cast<float>(sigmoid(base_logit(own))); }

void Ranker::fit_base(std::span<const Examples* const> folds, Lineage lineage) {
  std::vector<double> x;
  std::vector<float> label;
  std::vector<float> weight;
  double untouched = 0;
  double untouched_gain = 0;
  for (const auto* fold : folds) {
    const auto& own = own_of(*fold, lineage);
    for (std::size_t r = 0; r < fold->n_rows(); ++r) {
      if (own[r] > 0) {
        x.push_back(std::log(double{own[r]}));
        label.push_back(fold->label[r]);
        weight.push_back(fold->weight[r]);
      } else {
        untouched += double{fold->weight[r]};
        untouched_gain += double{fold->weight[r]} * double{fold->label[r]};
      }
    }
  }
  base_ = fit_logistic(x, label, weight, {-4, 1}, kPriorRows);
  // a tenth of a purchase is added, so that no purchase at all does not mean «never»
  if (untouched > 0) untouched_logit_ = logit((untouched_gain + 0.1) / (untouched + 1));
}

void Ranker::fit_trees(std::span<const Examples* const> folds, Lineage lineage,
                       const RankerConfig& config, std::uint64_t seed, int threads) {
  rounds_ = std::min(config.rounds,
                     static_cast<int>(static_cast<double>(n_positives_) / config.buyers_per_round));
  if (rounds_ == 0) return;
  std::vector<MatrixView> parts;
  std::vector<double> init_score;
  for (const auto* fold : folds) {
    parts.push_back(view_of(*fold));
    for (const float own : own_of(*fold, lineage)) init_score.push_back(base_logit(own));
  }
  const auto label = concatenated(folds, &Examples::label);
  const auto weight = concatenated(folds, &Examples::weight);
  for (int bag = 0; bag < config.bags; ++bag) {
    const auto bag_seed = bag == 0 ? seed : mix64(seed, static_cast<std::uint64_t>(bag));
    bags_.push_back(Booster::train({parts, label, weight, init_score, columns_,
                                    booster_params(config, bag_seed, threads), rounds_}));
  }
}

void Ranker::score(MatrixView rows, std::span<const float> own, int threads,
                   std::span<float> w) const {
  std::vector<double> raw(rows.n_rows, 0.0);
  std::vector<double> total(rows.n_rows, 0.0);
  for (const auto& bag : bags_) {
    bag.predict(rows, threads, raw);
    for (std::size_t r = 0; r < rows.n_rows; ++r) total[r] += raw[r];
  }
  const double share = bags_.empty() ? 0.0 : 1.0 / static_cast<double>(bags_.size());
  for (std::size_t r = 0; r < rows.n_rows; ++r) {
    w[r] = static_cast<float>(sigmoid(base_logit(own[r]) + share * total[r]));
  }
}

double Ranker::buy_probability(double expected_recall) const {
  return buyers_.probability(expected_recall);
}

std::vector<double> Ranker::gains() const {
  std::vector<double> total;
  for (const auto& bag : bags_) {
    const auto gains = bag.gains();
    total.resize(gains.size(), 0.0);
    for (std::size_t c = 0; c < gains.size(); ++c) total[c] += gains[c];
  }
  return total;
}

void Ranker::save(const std::filesystem::path& folder) const {
  ArchiveWriter out("ranker", kRankerVersion);
  out.put_texts("columns", columns_);
  out.put("calibration", std::vector<double>{base_.intercept, base_.slope, untouched_logit_});
  buyers_.put(out);
  std::vector<std::string> trees;
  std::vector<std::string> digests;
  for (const auto& bag : bags_) {
    trees.push_back(bag.to_text());
    digests.push_back(sha256_text(trees.back()));
  }
  out.put_texts("trees", trees);
  out.put_texts("trees_sha256", digests);
  out.put_value("rounds", static_cast<std::int32_t>(rounds_));
  out.put_value("n_positives", n_positives_);
  out.write(folder / "ranker.vtr");
}

Ranker Ranker::load(const std::filesystem::path& folder) {
  const ArchiveReader in(folder / "ranker.vtr", "ranker", kRankerVersion);
  Ranker ranker;
  ranker.columns_ = in.get_texts("columns");
  const auto numbers = in.get<double>("calibration");
  if (numbers.size() != 3) in.fail("calibration", "has another length");
  ranker.base_ = {numbers[0], numbers[1]};
  ranker.untouched_logit_ = numbers[2];
  ranker.buyers_ = BuyerCalibration::get(in);
  const auto trees = in.get_texts("trees");
  const auto digests = in.get_texts("trees_sha256");
  if (trees.size() != digests.size()) in.fail("trees", "has another number of digests");
  for (std::size_t bag = 0; bag < trees.size(); ++bag) {
    if (sha256_text(trees[bag]) != digests[bag]) in.fail("trees", "was changed");
    ranker.bags_.push_back(Booster::from_text(trees[bag]));
  }
  ranker.rounds_ = in.get_value<std::int32_t>("rounds");
  ranker.n_positives_ = in.get_value<std::uint64_t>("n_positives");
  return ranker;
}

}  // namespace vitrina::ranking
