#include "features/item2vec.hpp"

#include <algorithm>
#include <cmath>

#include "features/ages.hpp"
#include "features/neighbour_columns.hpp"

namespace vitrina::features {
namespace {

/// Products of the user, newest first, that are compared one by one.
constexpr std::size_t kComparedProducts = 5;

class Item2VecGroup final : public FeatureGroup {
 public:
  explicit Item2VecGroup(const FeatureContext& context) : item2vec_(*context.models.item2vec) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto recent = rows.newest(kNeighbourProducts);
    const auto compared = rows.newest(kComparedProducts);
    const auto mean = item2vec_.mean_vector(recent);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const auto item = rows.item[r];
      const auto to_recent = compare(item, compared);
      float* x = out.at(r);
      x[0] = to_recent.max;
      x[1] = to_recent.mean;
      x[2] = to_recent.first;
      x[3] = compare(item, rows.basket()).max;
      const bool is_recent = std::find(recent.begin(), recent.end(), item) != recent.end();
      x[4] = to_mean(item, is_recent ? item2vec_.mean_vector(others(item, recent)) : mean);
    }
  }

 private:
  struct Cosines {
    float max = kUnknown;
    float mean = kUnknown;
    float first = kUnknown;  ///< to the first that has a vector
  };

  /// The product is not compared with itself.
  [[nodiscard]] Cosines compare(ItemIdx item, std::span<const ItemIdx> with) const {
    Cosines cosines;
    float total = 0;
    float n = 0;
    for (const auto other : with) {
      const float cosine = other == item ? kUnknown : item2vec_.cosine(item, other);
      if (std::isnan(cosine)) continue;
      if (n == 0) cosines.first = cosine;
      cosines.max = n == 0 ? cosine : std::max(cosines.max, cosine);
      total += cosine;
      n += 1;
    }
    cosines.mean = ratio(total, n);
    return cosines;
  }

  static std::vector<ItemIdx> others(ItemIdx item, std::span<const ItemIdx> items) {
    std::vector<ItemIdx> rest;
    std::copy_if(items.begin(), items.end(), std::back_inserter(rest),
                 [&](ItemIdx other) { return other != item; });
    return rest;
  }

  [[nodiscard]] float to_mean(ItemIdx item, std::span<const float> mean) const {
    const auto vector = item2vec_.vector(item);
    if (vector.empty() || mean.empty()) return kUnknown;
    return ratio(models::dot(vector, mean), std::sqrt(models::dot(mean, mean)));
  }

  const models::Item2Vec& item2vec_;
};

}  // namespace

std::vector<ColumnInfo> item2vec_columns(std::span<const std::string> /*generator_names*/) {
  return {{"recent_max", "largest cosine of item2vec vectors to the user's last 5 products"},
          {"recent_mean", "mean of these"},
          {"last", "cosine to the newest of them that has a vector"},
          {"basket_max", "largest cosine to the products in the basket"},
          {"user", "cosine to the mean of the user's last 10 products"}};
}

std::unique_ptr<FeatureGroup> make_item2vec_group(const FeatureContext& context) {
  return std::make_unique<Item2VecGroup>(context);
}

}  // namespace vitrina::features
