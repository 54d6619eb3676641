#include "ranking/own_base.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vitrina::ranking {
namespace {

/// How many observations the prior slope of the line is worth.
constexpr double kPriorRows = 5;

}  // namespace

OwnBase OwnBase::fit(std::span<const float> own, std::span<const float> label,
                     std::span<const float> weight) {
  std::vector<double> x;
  std::vector<float> touched_label;
  std::vector<float> touched_weight;
  double untouched = 0;
  double untouched_gain = 0;
  for (std::size_t r = 0; r < own.size(); ++r) {
    if (own[r] > 0) {
      x.push_back(std::log(double{own[r]}));
      touched_label.push_back(label[r]);
      touched_weight.push_back(weight[r]);
    } else {
      untouched += double{weight[r]};
      untouched_gain += double{weight[r]} * double{label[r]};
    }
  }
  OwnBase base;
  base.line_ = fit_logistic(x, touched_label, touched_weight, {-4, 1}, kPriorRows);
  // a tenth of a purchase is added, so that no purchase at all does not mean «never»
  if (untouched > 0) {
    base.untouched_logit_ = ranking::logit((untouched_gain + 0.1) / (untouched + 1));
  }
  return base;
}

double OwnBase::logit(float own) const {
  return own > 0 ? std::max(line_.logit(std::log(double{own})), untouched_logit_)
                 : untouched_logit_;
}

void OwnBase::put(ArchiveWriter& out, std::string_view name) const {
  out.put(name, std::vector<double>{line_.intercept, line_.slope, untouched_logit_});
}

OwnBase OwnBase::get(const ArchiveReader& in, std::string_view name) {
  const auto numbers = in.get<double>(name);
  if (numbers.size() != 3) in.fail(name, "has another length");
  OwnBase base;
  base.line_ = {numbers[0], numbers[1]};
  base.untouched_logit_ = numbers[2];
  return base;
}

}  // namespace vitrina::ranking
