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

LogisticLine fit_logistic(std::span<const double> x, std::span<const float> label,
                          std::span<const float> weight, LogisticLine prior, double prior_rows) {
  double total = 0;
  double positive = 0;
  double mean_x = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    total += double{weight[i]};
    positive += double{weight[i]} * double{label[i]};
    mean_x += double{weight[i]} * x[i];
  }
  if (total <= 0 || positive <= 0) return prior;
  mean_x /= total;
  LogisticLine line{logit(positive / total) - prior.slope * mean_x, prior.slope};
  constexpr int kMaxSteps = 50;
  for (int step = 0; step < kMaxSteps; ++step) {
    double g0 = 0;
    double g1 = prior_rows * (prior.slope - line.slope);
    double h00 = 1e-9;
    double h01 = 0;
    double h11 = prior_rows + 1e-9;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double p = sigmoid(line.logit(x[i]));
      const double w = double{weight[i]};
      const double error = w * (double{label[i]} - p);
      const double curvature = w * p * (1 - p);
      g0 += error;
      g1 += error * x[i];
      h00 += curvature;
      h01 += curvature * x[i];
      h11 += curvature * x[i] * x[i];
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (determinant <= 0) break;
    // a step of more than 2 on the logit scale overshoots where the curve is flat
    const double d0 = std::clamp((h11 * g0 - h01 * g1) / determinant, -2.0, 2.0);
    const double d1 = std::clamp((h00 * g1 - h01 * g0) / determinant, -2.0, 2.0);
    line.intercept += d0;
    line.slope += d1;
    if (std::abs(d0) < 1e-9 && std::abs(d1) < 1e-9) break;
  }
  return line;
}

}  // namespace vitrina::ranking
