#pragma once

#include <span>

namespace vitrina::ranking {

/// A line on the logit scale: sigmoid(intercept + slope x).
struct LogisticLine {
  double intercept = 0;
  double slope = 1;

  [[nodiscard]] double logit(double x) const { return intercept + slope * x; }
};

double sigmoid(double logit);
double logit(double probability);
/// log(1 + e^x) without overflow.
double softplus(double x);

/// A shift of the logits, from -4 to 4, after which as much is expected, weighted, as the labels
/// say. It is drawn toward 0 with the strength of `prior_rows` observations, 0 for none.
double level_shift(std::span<const double> logits, std::span<const float> label,
                   std::span<const float> weight, double prior_rows);

/// Fits labels in [0, 1] by weighted cross-entropy (Newton's method; Platt, 1999, for the use as
/// a calibration). The slope is drawn toward `prior.slope` with the strength of `prior_rows`
/// observations, so that a handful of rows cannot turn it; with no rows the prior is returned.
LogisticLine fit_logistic(std::span<const double> x, std::span<const float> label,
                          std::span<const float> weight, LogisticLine prior, double prior_rows);

}  // namespace vitrina::ranking
