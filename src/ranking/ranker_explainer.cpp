#include "ranking/ranker_explainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

double two_step_logit(double buyer, double product) {
  return logit(sigmoid(buyer) * sigmoid(product));
}

/// Its slope in the second.
double two_step_slope(double buyer, double product) {
  const double p = sigmoid(product);
  return (1 - p) / (1 - sigmoid(buyer) * p);
}

struct TwoStep {
  double buyer;  ///< what P(buys) adds to what is expected
  double slope;  ///< what P(the product | buys) adds, over how far its own logit is off
};

/// The Shapley values of two players, each of whom goes from what is expected to what is.
TwoStep share_two_step(double expected_buyer, double buyer, double expected_product,
                       double product) {
  const double none = two_step_logit(expected_buyer, expected_product);
  const double both = two_step_logit(buyer, product);
  const double first = two_step_logit(buyer, expected_product);
  const double second = two_step_logit(expected_buyer, product);
  const double distance = product - expected_product;
  const double slope =
      std::abs(distance) > 1e-9
          ? (second - none + both - first) / 2 / distance
          : (two_step_slope(expected_buyer, product) + two_step_slope(buyer, product)) / 2;
  return {(first - none + both - second) / 2, slope};
}

}  // namespace

RankerExplainer::Part::Part(const TreeModel& model, double weight_in_blend, bool is_of_buyers)
    : own(model.base()), weight(weight_in_blend), is_two_step(is_of_buyers) {
  if (model.has_trees()) trees = TreeExplainer::from_text(model.trees().to_text());
}

RankerExplainer::RankerExplainer(const Ranker& ranker) : n_columns_(ranker.columns().size()) {
  const auto& blend = ranker.blend();
  for (const auto m : {kShare, kHit, kTwoStep}) {
    if (blend[m] > 0) parts_.emplace_back(ranker.model(m), blend[m], m == kTwoStep);
  }
  if (blend[kTwoStep] > 0) {
    expected_buyer_ = Part(ranker.buyer_model(), 0, false).expected();
  }
  base_ = blend[kHit] * ranker.hit_shift();
  for (const auto& part : parts_) {
    base_ += part.weight * (part.is_two_step ? two_step_logit(expected_buyer_, part.expected())
                                             : part.expected());
  }
}

void RankerExplainer::explain(const ExplainedRows& rows, ExplainerMemory& memory,
                              Explanations& out) const {
  const std::size_t n = rows.features.size();
  out.base = base_;
  out.own_history.assign(n, 0.0);
  out.buyer.assign(n, 0.0);
  out.columns.assign(n * n_columns_, 0.0);
  for (const auto& part : parts_) add_part(part, rows, memory, out);
}

void RankerExplainer::add_part(const Part& part, const ExplainedRows& rows, ExplainerMemory& memory,
                               Explanations& out) const {
  const std::size_t n_columns = part.trees.n_columns();
  memory.columns.resize(rows.features.size() * n_columns);
  part.trees.explain(rows.features, memory.trees, memory.columns);
  for (std::size_t r = 0; r < rows.features.size(); ++r) {
    const std::span row(memory.columns.data() + r * n_columns, n_columns);
    const double own = part.own.logit(rows.own[r]) - part.own.logit(0);
    double scale = part.weight;
    if (part.is_two_step) {
      const double product = std::accumulate(row.begin(), row.end(), part.expected() + own);
      const auto shares =
          share_two_step(expected_buyer_, rows.buyer_logit, part.expected(), product);
      out.buyer[r] += part.weight * shares.buyer;
      scale *= shares.slope;
    }
    out.own_history[r] += scale * own;
    double* total = out.columns.data() + r * n_columns_;
    for (std::size_t c = 0; c < n_columns; ++c) total[c] += scale * row[c];
  }
}

std::size_t RankerExplainer::n_bytes() const {
  std::size_t n = 0;
  for (const auto& part : parts_) n += part.trees.n_bytes();
  return n;
}

}  // namespace vitrina::ranking
