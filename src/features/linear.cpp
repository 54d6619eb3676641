#include "features/linear.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

class LinearGroup final : public FeatureGroup {
 public:
  explicit LinearGroup(const FeatureContext& context) : linear_(*context.models.linear) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto scores = read_scores(rows);
    std::vector<float> falling;
    for (const float score : scores) {
      if (!std::isnan(score)) falling.push_back(score);
    }
    std::sort(falling.begin(), falling.end(), std::greater<>());
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      float* x = out.at(r);
      x[0] = scores[r];
      x[1] = kUnknown;
      x[2] = kUnknown;
      if (std::isnan(scores[r])) continue;
      const auto place =
          std::lower_bound(falling.begin(), falling.end(), scores[r], std::greater<>());
      x[1] = static_cast<float>(place - falling.begin());
      if (falling.front() > 0) x[2] = scores[r] / falling.front();
    }
  }

 private:
  /// Of every candidate, unknown for those that the model was not learned of.
  [[nodiscard]] std::vector<float> read_scores(const UserRows& rows) const {
    const auto found = linear_.scores(rows.history, rows.history.as_of);
    auto next = found.begin();
    std::vector<float> scores(rows.n_rows(), kUnknown);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (!linear_.knows(rows.item[r])) continue;
      while (next != found.end() && next->id < rows.item[r]) ++next;
      scores[r] = next != found.end() && next->id == rows.item[r] ? next->score : 0.0F;
    }
    return scores;
  }

  const models::Linear& linear_;
};

}  // namespace

std::vector<ColumnInfo> linear_columns(std::span<const std::string> /*generator_names*/) {
  return {{"score", "sum of the linear model's weights over the user's products"},
          {"rank", "candidates with a larger score"},
          {"share_of_best", "score against the largest of the user's candidates"}};
}

std::unique_ptr<FeatureGroup> make_linear_group(const FeatureContext& context) {
  return std::make_unique<LinearGroup>(context);
}

}  // namespace vitrina::features
