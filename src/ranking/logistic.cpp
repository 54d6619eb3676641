#include "ranking/logistic.hpp"

#include <algorithm>
#include <cmath>

namespace vitrina::ranking {

double sigmoid(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

double logit(double probability) {
  constexpr double kFloor = 1e-9;
  const double p = std::clamp(probability, kFloor, 1 - kFloor);
  return std::log(p / (1 - p));
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

namespace {

struct Observations {
  std::span<const double> x;
  std::span<const float> label;
  std::span<const float> weight;
  LogisticLine prior;
  double prior_rows;
};

/// Weighted cross-entropy plus the pull of the prior.
double loss(const Observations& data, const LogisticLine& line) {
  const double off = line.slope - data.prior.slope;
  double total = 0.5 * data.prior_rows * off * off;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double z = line.logit(data.x[i]);
    total += double{data.weight[i]} * (softplus(z) - double{data.label[i]} * z);
  }
  return total;
}

/// The step of Newton's method from `line`, as changes of intercept and slope.
LogisticLine newton_step(const Observations& data, const LogisticLine& line) {
  double g0 = 0;
  double g1 = data.prior_rows * (data.prior.slope - line.slope);
  double h00 = 1e-9;  // keeps the matrix regular where every curvature has vanished
  double h01 = 0;
  double h11 = data.prior_rows + 1e-9;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double p = sigmoid(line.logit(data.x[i]));
    const double error = double{data.weight[i]} * (double{data.label[i]} - p);
    const double curvature = double{data.weight[i]} * p * (1 - p);
    g0 += error;
    g1 += error * data.x[i];
    h00 += curvature;
    h01 += curvature * data.x[i];
    h11 += curvature * data.x[i] * data.x[i];
  }
  const double determinant = h00 * h11 - h01 * h01;
  return {(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant};
}

}  // namespace

double level_shift(std::span<const double> logits, std::span<const float> label,
                   std::span<const float> weight, double prior_rows) {
  // by bisection, for the expectation rises in the shift
  double low = -4;
  double high = 4;
  constexpr int kSteps = 24;  // to 5e-7
  for (int step = 0; step < kSteps; ++step) {
    const double middle = (low + high) / 2;
    double surplus = prior_rows * middle;
    for (std::size_t r = 0; r < logits.size(); ++r) {
      surplus += double{weight[r]} * (sigmoid(logits[r] + middle) - double{label[r]});
    }
    (surplus > 0 ? high : low) = middle;
  }
  return (low + high) / 2;
}

LogisticLine fit_logistic(std::span<const double> x, std::span<const float> label,
                          std::span<const float> weight, LogisticLine prior, double prior_rows) {
  double total = 0;
  double positive = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    total += double{weight[i]};
    positive += double{weight[i]} * double{label[i]};
  }
  if (total <= 0 || positive <= 0) return prior;
  const Observations data{x, label, weight, prior, prior_rows};
  LogisticLine line{logit(positive / total), 0};
  double value = loss(data, line);
  constexpr int kMaxSteps = 50;
  constexpr int kMaxHalvings = 30;
  for (int step = 0; step < kMaxSteps; ++step) {
    // the loss is convex, so a Newton step that is halved until it pays always ends at the minimum
    auto [d0, d1] = newton_step(data, line);
    int halvings = 0;
    for (; halvings < kMaxHalvings; ++halvings, d0 /= 2, d1 /= 2) {
      const LogisticLine next{line.intercept + d0, line.slope + d1};
      const double next_value = loss(data, next);
      if (next_value < value) {
        line = next;
        value = next_value;
        break;
      }
    }
    if (halvings == kMaxHalvings) break;
  }
  return line;
}

}  // namespace vitrina::ranking
