#include "ranking/ranker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::uint32_t kRankerVersion = 6;

constexpr std::array<std::string_view, 3> kModelNames{"share", "hit", "two_step"};

/// LightGBM's parameters of one bag.
std::string booster_params(const RankerConfig& config, std::uint64_t seed, int threads) {
  // by columns: one thread sums a histogram, in the order of the rows, so that the trees are the
  // same with any number of threads; by rows every thread sums a block, and the blocks' sums round
  return fmt::format(
      "objective=cross_entropy boost_from_average=false num_leaves={} learning_rate={} "
      "lambda_l2={} "
      "min_sum_hessian_in_leaf={} min_data_in_leaf={} feature_fraction={} bagging_fraction={} "
      "bagging_freq=1 max_bin=127 force_col_wise=true deterministic=true seed={} num_threads={} "
      "verbosity=-1",
      config.leaves, config.learning_rate, config.l2, config.min_leaf_hessian, config.min_leaf_rows,
      config.column_share, config.row_share, seed % 1'000'000'007, threads);
}

/// Bought rows as which the configured weights of the models speak when others are learned.
constexpr double kPriorPositives = 50;

/// What the calibration by segment takes as «lies in the basket».
constexpr std::string_view kBasketColumn = "pair__in_basket";

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

/// One bag of trees of one model.
struct TreeJob {
  TreeModel* model;
  std::function<TrainingRows()> rows;
  std::uint64_t seed;
};

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
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

}  // namespace

RankerConfig RankerConfig::for_log_of(double days) const {
  RankerConfig config = *this;
  if (days < short_log_days) {
    config.rounds = std::min(rounds, short_log_rounds);
    config.learning_rate = std::min(learning_rate, short_log_learning_rate);
  }
  return config;
}

Ranker Ranker::fit(std::span<const Examples* const> folds, Lineage lineage,
                   const RankerConfig& config, std::uint64_t seed, int threads) {
  Ranker ranker;
  for (const auto* fold : folds) {
    if (ranker.columns_.empty()) ranker.set_columns(fold->columns);
    if (fold->columns != ranker.columns_) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  "train: the folds' columns differ; run 'vitrina examples' again");
    }
    for (const float label : fold->label) ranker.n_positives_ += label > 0 ? 1 : 0;
  }
  ranker.models_[kShare] = TreeModel(fit_base(folds, lineage, Target::kShare));
  if (ranker.n_positives_ >= static_cast<std::uint64_t>(config.min_positives)) {
    ranker.fit_trees(folds, lineage, config, seed, threads);
  }
  ranker.join_trees();
  if (ranker.has_trees() && (config.learn_weights || config.calibrate)) {
    ranker.learn_out_of_time(folds, lineage, config, seed, threads);
  }
  return ranker;
}

void Ranker::fit_trees(std::span<const Examples* const> folds, Lineage lineage,
                       const RankerConfig& config, std::uint64_t seed, int threads) {
  const std::array<double, kModelCount> wanted{config.share_weight, config.hit_weight,
                                               config.two_step_weight};
  const double total = std::accumulate(wanted.begin(), wanted.end(), 0.0);
  rounds_ = std::min(config.rounds,
                     static_cast<int>(static_cast<double>(n_positives_) / config.buyers_per_round));
  if (rounds_ == 0) return;
  if (total <= 0) {
    throw Error(ErrorCode::kConfig,
                "train: every model of the blend has weight 0; give one a weight, or set "
                "train.rounds to 0 for the own-history rule alone");
  }
  for (std::size_t m = 0; m < kModelCount; ++m) weight_[m] = wanted[m] / total;
  hit_shift_ = log_mean_share(folds);

  constexpr std::array<Target, kModelCount> kTargets{Target::kShare, Target::kHit,
                                                     Target::kOfBuyer};
  std::uint64_t n_parts = 0;
  for (const auto m : {kShare, kHit, kTwoStep}) {
    if (wanted[m] == 0) continue;
    ++n_parts;
    if (m != kShare) models_[m] = TreeModel(fit_base(folds, lineage, kTargets[m]));
  }
  TrainingRows users;
  if (wanted[kTwoStep] > 0) {
    users = select_users(folds, lineage);
    buyer_ = TreeModel(OwnBase::fit(users.own, users.label, users.weight));
  }
  std::vector<TreeJob> jobs;
  for (int bag = 0; bag < config.bags; ++bag) {
    const auto bag_seed = bag == 0 ? seed : mix64(seed, static_cast<std::uint64_t>(bag));
    std::uint64_t part = 0;
    for (const auto m : {kShare, kHit, kTwoStep}) {
      if (wanted[m] == 0) continue;
      const Part of_rows{part++, n_parts, bag_seed};
      jobs.push_back({&models_[m],
                      [=] { return select_rows(folds, lineage, kTargets[m], of_rows); },
                      mix64(bag_seed, m)});
    }
    // without a weight there are no rows, and nothing is added
    jobs.push_back({&buyer_, [&] { return users; }, mix64(bag_seed, kBuyerSeed)});
  }
  // two at a time: to LightGBM a second thread is worth less than to a second model
  std::vector<std::optional<Booster>> bags(jobs.size());
  parallel_tasks(jobs.size(), threads, [&](std::size_t j, int threads_of_job) {
    const auto& job = jobs[j];
    bags[j] = job.model->grow(
        job.rows(), {columns_, booster_params(config, job.seed, threads_of_job), rounds_});
  });
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (bags[j]) jobs[j].model->add_bag(std::move(*bags[j]));
  }
}

void Ranker::set_columns(std::vector<std::string> columns) {
  columns_ = std::move(columns);
  const auto found = std::find(columns_.begin(), columns_.end(), kBasketColumn);
  if (found != columns_.end()) basket_column_ = found - columns_.begin();
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
  find_logits(rows, threads, memory);
  blend(memory.logits, memory.total);
  finish(rows, memory.total, w);
}

void Ranker::score(const ScoringRows& rows, RankerMemory& memory, std::span<float> w) const {
  find_logits(rows, 1, memory);
  blend(memory.logits, memory.total);
  finish(rows, memory.total, w);
}

void Ranker::finish(const ScoringRows& rows, std::span<const double> total,
                    std::span<float> w) const {
  if (!calibration_.is_fitted()) {
    for (std::size_t r = 0; r < w.size(); ++r) w[r] = static_cast<float>(sigmoid(total[r]));
    return;
  }
  for (std::size_t r = 0; r < w.size(); ++r) {
    w[r] = static_cast<float>(sigmoid(calibration_.apply(segment(rows, r), total[r])));
  }
}

void Ranker::join_trees() {
  std::vector<const TreeScorer*> scorers;
  for (const auto& model : models_) {
    for (const auto& bag : model.bags()) scorers.push_back(&bag.scorer());
  }
  trees_ = TreeScorer::joined(scorers);
}

void Ranker::find_logits(const ScoringRows& rows, int threads, RankerMemory& memory) const {
  const std::size_t n = rows.features.n_rows;
  memory.of_bags.resize(n * trees_.n_scores());
  if (threads > 1) {
    trees_.score(rows.features, threads, memory.of_bags);
  } else {
    trees_.score(rows.features, memory.inputs, memory.of_bags);
  }
  std::size_t bag = 0;
  for (std::size_t m = 0; m < kModelCount; ++m) {
    const std::size_t n_bags = models_[m].bags().size();
    const auto of_bags = std::span(memory.of_bags).subspan(bag * n, n_bags * n);
    bag += n_bags;
    const bool counts = weight_[m] > 0;
    memory.logits[m].resize(counts ? n : 0);
    if (counts) models_[m].logits(of_bags, rows.own, memory.logits[m]);
  }
  for (auto& logit : memory.logits[kHit]) logit += hit_shift_;
  if (weight_[kTwoStep] > 0) two_step_logits(rows, threads, memory.logits[kTwoStep]);
}

void Ranker::blend(const ModelLogits& logits, std::vector<double>& total) const {
  total.clear();
  for (std::size_t m = 0; m < kModelCount; ++m) {
    if (logits[m].empty()) continue;
    total.resize(logits[m].size());
    for (std::size_t r = 0; r < total.size(); ++r) total[r] += weight_[m] * logits[m][r];
  }
}

Segment Ranker::segment(const ScoringRows& rows, std::size_t row) const {
  if (basket_column_ && rows.features.data[row * rows.features.n_columns + *basket_column_] > 0) {
    return Segment::kInBasket;
  }
  return rows.own[row] > 0 ? Segment::kTouched : Segment::kUntouched;
}

void Ranker::learn_out_of_time(std::span<const Examples* const> folds, Lineage lineage,
                               const RankerConfig& config, std::uint64_t seed, int threads) {
  RankerConfig plain = config;
  plain.learn_weights = false;
  plain.calibrate = false;
  ModelLogits logits;
  std::vector<Segment> segments;
  std::vector<float> label;
  std::vector<float> weight;
  const auto n_windows = std::min(folds.size(), static_cast<std::size_t>(config.rolling_windows));
  for (const auto* window : folds.first(n_windows)) {
    std::vector<const Examples*> before;
    for (const auto* fold : folds) {
      if (fold != window && fold->to <= window->cut) before.push_back(fold);
    }
    const auto earlier = fit(before, lineage, plain, seed, threads);
    if (!earlier.has_trees()) continue;
    const auto rows = scoring_rows(*window, lineage);
    RankerMemory of_window;
    earlier.find_logits(rows, threads, of_window);
    for (std::size_t m = 0; m < kModelCount; ++m) append(logits[m], of_window.logits[m]);
    for (std::size_t r = 0; r < window->n_rows(); ++r) segments.push_back(segment(rows, r));
    append(label, window->label);
    append(weight, window->weight);
  }
  if (config.learn_weights) {
    const auto learned = learn_blend({logits, label, weight}, weight_, kPriorPositives);
    std::copy(learned.begin(), learned.end(), weight_.begin());
  }
  if (config.calibrate) {
    std::vector<double> total;
    blend(logits, total);
    calibration_ = SegmentCalibration::fit(total, segments, label, weight);
  }
}

void Ranker::two_step_logits(const ScoringRows& rows, int threads, std::span<double> out) const {
  const std::size_t n_columns = rows.features.n_columns;
  std::vector<float> features;
  std::vector<float> own;
  for (std::size_t u = 0; u + 1 < rows.offsets.size(); ++u) {
    const auto begin = rows.offsets[u];
    const auto n = rows.offsets[u + 1] - begin;
    if (n == 0) continue;
    const bool is_given = !rows.user_own.empty();
    const auto row = is_given ? u : begin + strongest_row(rows.own.subspan(begin, n));
    const float* first = (is_given ? rows.user_features : rows.features).data + row * n_columns;
    features.insert(features.end(), first, first + n_columns);
    own.push_back((is_given ? rows.user_own : rows.own)[row]);
  }
  std::vector<double> buys(own.size());
  buyer_.logits({features.data(), own.size(), n_columns}, own, threads, buys);
  std::size_t user = 0;
  for (std::size_t u = 0; u + 1 < rows.offsets.size(); ++u) {
    if (rows.offsets[u] == rows.offsets[u + 1]) continue;
    const double p = sigmoid(buys[user++]);
    for (auto r = rows.offsets[u]; r < rows.offsets[u + 1]; ++r) {
      out[r] = logit(p * sigmoid(out[r]));
    }
  }
}

double Ranker::buy_probability(double sum) const { return buyers_.probability(sum); }

double Ranker::expected_recall(double sum) const { return buyers_.recall(sum); }

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
  calibration_.put(out);
  buyers_.put(out);
  out.put_value("rounds", static_cast<std::int32_t>(rounds_));
  out.put_value("n_positives", n_positives_);
  out.write(folder / "ranker.vtr");
}

Ranker Ranker::load(const std::filesystem::path& folder) {
  const ArchiveReader in(folder / "ranker.vtr", "ranker", kRankerVersion);
  Ranker ranker;
  ranker.set_columns(in.get_texts("columns"));
  const auto weight = in.get<double>("weight");
  if (weight.size() != kModelCount) in.fail("weight", "has another length");
  std::copy(weight.begin(), weight.end(), ranker.weight_.begin());
  for (std::size_t m = 0; m < kModelCount; ++m) {
    ranker.models_[m] = TreeModel::get(in, kModelNames[m]);
  }
  ranker.join_trees();
  ranker.buyer_ = TreeModel::get(in, "buyer");
  ranker.hit_shift_ = in.get_value<double>("hit_shift");
  ranker.calibration_ = SegmentCalibration::get(in);
  ranker.buyers_ = BuyerCalibration::get(in);
  ranker.rounds_ = in.get_value<std::int32_t>("rounds");
  ranker.n_positives_ = in.get_value<std::uint64_t>("n_positives");
  return ranker;
}

}  // namespace vitrina::ranking
