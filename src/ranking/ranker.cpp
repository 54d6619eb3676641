#include "ranking/ranker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kRankerVersion = 9;

/// LightGBM's parameters of one model.
std::string booster_params(const RankerConfig& config, std::uint64_t seed) {
  // by columns: one thread sums a histogram, in the order of the rows, so that the trees are the
  // same with any number of threads; by rows every thread sums a block, and the blocks' sums round
  return fmt::format(
      "objective=cross_entropy boost_from_average=false num_leaves={} learning_rate={} "
      "lambda_l2={} "
      "min_sum_hessian_in_leaf={} min_data_in_leaf={} feature_fraction={} bagging_fraction={} "
      "bagging_freq=1 max_bin=127 force_col_wise=true deterministic=true seed={} "
      "verbosity=-1",
      config.leaves, config.learning_rate, config.l2, config.min_leaf_hessian, config.min_leaf_rows,
      config.column_share, config.row_share, seed % 1'000'000'007);
}

/// Takes the place of a model in the seed of the users' trees.
constexpr std::uint64_t kBuyerSeed = 4;

/// Logarithm of the mean of 1 / |bought| over the bought rows.
double log_mean_share(std::span<const Examples* const> folds) {
  double sum = 0;
  double n = 0;
  for (const auto* fold : folds) {
    for (const float share : fold->label) {
      sum += double{share};
      n += share > 0 ? 1 : 0;
    }
  }
  return n > 0 ? std::log(sum / n) : 0.0;
}

/// The trees of one model.
struct TreeJob {
  TreeModel* model;
  std::function<TrainingRows()> rows;
  std::uint64_t seed;
};

}  // namespace

Blend RankerConfig::blend() const {
  Blend blend{share_weight, hit_weight, two_step_weight};
  const double total = std::accumulate(blend.begin(), blend.end(), 0.0);
  if (total <= 0) {
    throw Error(ErrorCode::kConfig,
                "train: every model of the blend has weight 0; give one a weight, or set "
                "train.rounds to 0 for the own-history rule alone");
  }
  for (auto& weight : blend) weight /= total;
  return blend;
}

ScoringRows scoring_rows(const Examples& examples, Lineage lineage) {
  const bool is_valid = lineage == Lineage::kValid;
  const std::size_t n_columns = examples.columns.size();
  return {.features = {examples.features.data(), examples.n_rows(), n_columns},
          .offsets = examples.offsets,
          .own = is_valid ? examples.own_valid : examples.own_final,
          .user_features = {examples.user_features.data(), examples.n_users(), n_columns},
          .user_own = is_valid ? examples.user_own_valid : examples.user_own_final};
}

Ranker Ranker::fit(std::span<const Examples* const> folds, Lineage lineage,
                   const RankerConfig& config, std::uint64_t seed, int threads) {
  Ranker ranker;
  for (const auto* fold : folds) {
    if (ranker.columns_.empty()) ranker.columns_ = fold->columns;
    if (fold->columns != ranker.columns_) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  "train: the folds' columns differ; run 'vitrina examples' again");
    }
    for (std::size_t u = 0; u < fold->n_users(); ++u) {
      if (fold->user_weight[u] == 0) continue;  // a moment inside a visit: no orders are told there
      ranker.n_positives_ += static_cast<std::uint64_t>(
          std::count_if(fold->label.begin() + static_cast<std::ptrdiff_t>(fold->offsets[u]),
                        fold->label.begin() + static_cast<std::ptrdiff_t>(fold->offsets[u + 1]),
                        [](float label) { return label > 0; }));
    }
  }
  ranker.models_[kShare] = TreeModel(fit_base(folds, lineage, Target::kShare));
  if (ranker.n_positives_ >= static_cast<std::uint64_t>(config.min_positives)) {
    ranker.fit_trees(folds, lineage, config, seed, threads);
  }
  ranker.join_trees();
  return ranker;
}

void Ranker::fit_trees(std::span<const Examples* const> folds, Lineage lineage,
                       const RankerConfig& config, std::uint64_t seed, int threads) {
  rounds_ = std::min(config.rounds,
                     static_cast<int>(static_cast<double>(n_positives_) / config.buyers_per_round));
  if (rounds_ == 0) return;
  weight_ = config.blend();
  hit_shift_ = log_mean_share(folds);

  constexpr std::array<Target, kModelCount> kTargets{Target::kShare, Target::kHit,
                                                     Target::kOfBuyer};
  std::uint64_t n_parts = 0;
  for (const auto m : {kShare, kHit, kTwoStep}) {
    if (weight_[m] == 0) continue;
    ++n_parts;
    if (m != kShare) models_[m] = TreeModel(fit_base(folds, lineage, kTargets[m]));
  }
  std::vector<TreeJob> jobs;
  for (const auto m : {kShare, kHit, kTwoStep}) {
    if (weight_[m] == 0) continue;
    const Part of_rows{jobs.size(), n_parts, seed};
    jobs.push_back({&models_[m],
                    [=, base = models_[m].base()] {
                      return select_rows(folds, lineage, kTargets[m], of_rows, base);
                    },
                    mix64(seed, m)});
  }
  if (weight_[kTwoStep] > 0) {
    auto users = select_users(folds, lineage);
    buyer_ = TreeModel(users.base);
    jobs.push_back(
        {&buyer_, [rows = std::move(users.rows)] { return rows; }, mix64(seed, kBuyerSeed)});
  }
  // two at a time: to LightGBM a second thread is worth less than to a second model
  parallel_tasks(jobs.size(), threads, [&](std::size_t j, int threads_of_job) {
    const auto& job = jobs[j];
    job.model->grow(job.rows(),
                    {columns_, booster_params(config, job.seed), rounds_, threads_of_job});
  });
}

bool Ranker::has_trees() const {
  return std::any_of(models_.begin(), models_.end(),
                     [](const TreeModel& model) { return model.has_trees(); });
}

float Ranker::base_score(float own) const {
  return static_cast<float>(sigmoid(models_[kShare].base().logit(own)));
}

void Ranker::score(const ScoringRows& rows, int threads, std::span<float> w) const {
  RankerMemory memory;
  find_w(rows, threads, memory, w);
}

void Ranker::score(const ScoringRows& rows, RankerMemory& memory, std::span<float> w) const {
  find_w(rows, 1, memory, w);
}

void Ranker::find_w(const ScoringRows& rows, int threads, RankerMemory& memory,
                    std::span<float> w) const {
  find_logits(rows, threads, memory);
  blend_logits(memory.logits, weight_, memory.total);
  for (std::size_t r = 0; r < w.size(); ++r) w[r] = static_cast<float>(sigmoid(memory.total[r]));
}

ModelLogits Ranker::logits(const ScoringRows& rows, int threads) const {
  RankerMemory memory;
  find_logits(rows, threads, memory);
  return std::move(memory.logits);
}

Ranker Ranker::reduced(const Blend& blend, int rounds) const {
  Ranker ranker;
  ranker.columns_ = columns_;
  ranker.weight_ = blend;
  for (std::size_t m = 0; m < kModelCount; ++m) {
    // the base of the share model is also that of a log without trees
    ranker.models_[m] = models_[m].first_trees(blend[m] > 0 ? rounds : 0);
  }
  if (blend[kTwoStep] > 0) ranker.buyer_ = buyer_.first_trees(rounds);
  ranker.hit_shift_ = hit_shift_;
  ranker.buyers_ = buyers_;
  ranker.rounds_ = std::min(rounds, rounds_);
  ranker.n_positives_ = n_positives_;
  ranker.join_trees();
  return ranker;
}

void Ranker::join_trees() {
  std::vector<const TreeScorer*> scorers;
  for (const auto& model : models_) {
    if (model.has_trees()) scorers.push_back(&model.scorer());
  }
  trees_ = TreeScorer::joined(scorers);
}

void Ranker::find_logits(const ScoringRows& rows, int threads, RankerMemory& memory) const {
  const std::size_t n = rows.features.n_rows;
  memory.of_trees.resize(n * trees_.n_scores());
  if (threads > 1) {
    trees_.score(rows.features, threads, memory.of_trees);
  } else {
    trees_.score(rows.features, memory.inputs, memory.of_trees);
  }
  auto of_trees = memory.of_trees.begin();
  for (std::size_t m = 0; m < kModelCount; ++m) {
    auto& logits = memory.logits[m];
    const bool counts = weight_[m] > 0;
    logits.assign(counts ? n : 0, 0.0);
    if (models_[m].has_trees()) {
      if (counts) std::copy_n(of_trees, n, logits.begin());
      of_trees += static_cast<std::ptrdiff_t>(n);
    }
    models_[m].add_base(rows.own.first(logits.size()), logits);
  }
  for (auto& logit : memory.logits[kHit]) logit += hit_shift_;
  if (weight_[kTwoStep] > 0) two_step_logits(rows, threads, memory);
}

void blend_logits(const ModelLogits& logits, const Blend& blend, std::vector<double>& total) {
  total.clear();
  for (std::size_t m = 0; m < kModelCount; ++m) {
    if (blend[m] == 0) continue;
    total.resize(logits[m].size());
    for (std::size_t r = 0; r < total.size(); ++r) total[r] += blend[m] * logits[m][r];
  }
}

void Ranker::two_step_logits(const ScoringRows& rows, int threads, RankerMemory& memory) const {
  const std::size_t n_columns = rows.features.n_columns;
  memory.user_rows.clear();
  memory.user_own.clear();
  for (std::size_t u = 0; u + 1 < rows.offsets.size(); ++u) {
    const auto begin = rows.offsets[u];
    const auto n = rows.offsets[u + 1] - begin;
    if (n == 0) continue;
    const bool is_given = !rows.user_own.empty();
    const auto row = is_given ? u : begin + strongest_row(rows.own.subspan(begin, n));
    const float* first = (is_given ? rows.user_features : rows.features).data + row * n_columns;
    memory.user_rows.insert(memory.user_rows.end(), first, first + n_columns);
    memory.user_own.push_back((is_given ? rows.user_own : rows.own)[row]);
  }
  auto& buys = memory.user_logits;
  buys.assign(memory.user_own.size(), 0.0);
  const MatrixView users{memory.user_rows.data(), buys.size(), n_columns};
  if (threads > 1) {
    buyer_.logits(users, memory.user_own, threads, buys);
  } else {
    if (buyer_.has_trees()) buyer_.scorer().score(users, memory.inputs, buys);
    buyer_.add_base(memory.user_own, buys);
  }
  auto& out = memory.logits[kTwoStep];
  std::size_t user = 0;
  for (std::size_t u = 0; u + 1 < rows.offsets.size(); ++u) {
    if (rows.offsets[u] == rows.offsets[u + 1]) continue;
    const double p = sigmoid(buys[user++]);
    for (auto r = rows.offsets[u]; r < rows.offsets[u + 1]; ++r) {
      out[r] = logit(p * sigmoid(out[r]));
    }
  }
}

std::vector<double> Ranker::gains() const {
  std::vector<double> total;
  for (const auto& model : models_) model.add_gains(total);
  buyer_.add_gains(total);
  return total;
}

void Ranker::save(const std::filesystem::path& folder) const {
  ArchiveWriter out("ranker", kRankerVersion);
  out.put_texts("columns", columns_);
  out.put("weight", std::span<const double>(weight_));
  for (std::size_t m = 0; m < kModelCount; ++m) models_[m].put(out, kModelNames[m]);
  buyer_.put(out, "buyer");
  out.put_value("hit_shift", hit_shift_);
  buyers_.put(out);
  out.put_value("rounds", static_cast<std::int32_t>(rounds_));
  out.put_value("n_positives", n_positives_);
  out.write(folder / "ranker.vtr");
}

Ranker Ranker::load(const std::filesystem::path& folder) {
  const ArchiveReader in(folder / "ranker.vtr", "ranker", kRankerVersion);
  Ranker ranker;
  ranker.columns_ = in.get_texts("columns");
  const auto weight = in.get<double>("weight");
  if (weight.size() != kModelCount) in.fail("weight", "has another length");
  std::copy(weight.begin(), weight.end(), ranker.weight_.begin());
  for (std::size_t m = 0; m < kModelCount; ++m) {
    ranker.models_[m] = TreeModel::get(in, kModelNames[m]);
  }
  ranker.join_trees();
  ranker.buyer_ = TreeModel::get(in, "buyer");
  ranker.hit_shift_ = in.get_value<double>("hit_shift");
  ranker.buyers_ = BuyerCalibration::get(in);
  ranker.rounds_ = in.get_value<std::int32_t>("rounds");
  ranker.n_positives_ = in.get_value<std::uint64_t>("n_positives");
  return ranker;
}

}  // namespace vitrina::ranking
