#include "ranking/blend_weights.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

/// The blend's loss, a bought row's worth, and its slopes.
struct Slopes {
  double loss = 0;
  double of_shift = 0;
  double curvature = 0;  ///< of the loss in the shift
  std::vector<double> of_weight;
};

class Descent {
 public:
  Descent(const BlendRows& rows, std::span<const double> prior, double prior_positives)
      : rows_(rows), prior_(prior), prior_positives_(prior_positives) {
    for (std::size_t m = 0; m < prior.size(); ++m) {
      if (prior[m] > 0) models_.push_back(m);
    }
    for (std::size_t r = 0; r < rows.label.size(); ++r) {
      positives_ += double{rows.weight[r]} * double{rows.label[r]};
    }
  }

  [[nodiscard]] double positives() const { return positives_; }

  [[nodiscard]] Slopes slopes(const std::vector<double>& weights, double shift) const {
    Slopes all;
    all.of_weight.assign(weights.size(), 0.0);
    for (std::size_t r = 0; r < rows_.label.size(); ++r) {
      double z = shift;
      for (const auto m : models_) z += weights[m] * rows_.logits[m][r];
      const double p = sigmoid(z);
      const auto n = double{rows_.weight[r]};
      all.loss += n * (softplus(z) - double{rows_.label[r]} * z);
      const double error = n * (p - double{rows_.label[r]});
      all.of_shift += error;
      all.curvature += n * p * (1 - p);
      for (const auto m : models_) all.of_weight[m] += error * rows_.logits[m][r];
    }
    add_prior(weights, all);
    return all;
  }

 private:
  void add_prior(const std::vector<double>& weights, Slopes& all) const {
    for (const auto m : models_) {
      if (weights[m] == 0) continue;  // too small for a double: its divergence is 0
      const double log_ratio = std::log(weights[m] / prior_[m]);
      all.loss += prior_positives_ * weights[m] * log_ratio;
      all.of_weight[m] += prior_positives_ * (log_ratio + 1);
    }
  }

  const BlendRows& rows_;
  std::span<const double> prior_;
  double prior_positives_;
  std::vector<std::size_t> models_;  ///< those with a prior
  double positives_ = 0;
};

/// Multiplies every weight by e to minus its slope, and makes them add up to 1 again.
std::vector<double> exponentiated(std::vector<double> weights, const std::vector<double>& slopes,
                                  double step) {
  const double least = *std::min_element(slopes.begin(), slopes.end());
  for (std::size_t m = 0; m < weights.size(); ++m) {
    weights[m] *= std::exp(-step * (slopes[m] - least));
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (auto& weight : weights) weight /= total;
  return weights;
}

}  // namespace

std::vector<double> learn_blend(const BlendRows& rows, std::span<const double> prior,
                                double prior_positives) {
  std::vector<double> weights(prior.begin(), prior.end());
  const Descent descent(rows, prior, prior_positives);
  if (descent.positives() <= 0) return weights;
  constexpr int kSteps = 200;
  constexpr double kLeastStep = 1e-6;
  double shift = 0;
  double step = 1 / (descent.positives() + prior_positives);
  const double least_step = kLeastStep * step;
  auto here = descent.slopes(weights, shift);
  for (int i = 0; i < kSteps && step > least_step; ++i) {
    auto next = exponentiated(weights, here.of_weight, step);
    const double next_shift = shift - here.of_shift / std::max(here.curvature, 1e-9);
    auto there = descent.slopes(next, next_shift);
    if (there.loss > here.loss) {  // the loss is convex: a smaller step must pay
      step /= 2;
      // the step of the shift alone is Newton's and pays near the minimum
      auto shifted = descent.slopes(weights, next_shift);
      if (shifted.loss <= here.loss) {
        shift = next_shift;
        here = std::move(shifted);
      }
      continue;
    }
    weights = std::move(next);
    shift = next_shift;
    here = std::move(there);
    step *= 1.2;
  }
  return weights;
}

}  // namespace vitrina::ranking
