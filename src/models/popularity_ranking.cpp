#include "models/popularity_ranking.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace vitrina::models {
namespace {

float score_of(const ItemStats& stats, const PopularityConfig& weights, std::size_t window) {
  const auto count = [&](Action action) {
    return double{stats.count[product_action_slot(action)][window]};
  };
  return static_cast<float>(weights.view_weight * (count(Action::kView) + count(Action::kLike)) +
                            weights.basket_weight * count(Action::kBasketAdd) +
                            weights.order_weight * count(Action::kOrder));
}

}  // namespace

PopularityRanking::PopularityRanking(const Popularity& popularity, const PopularityConfig& weights,
                                     const Catalog& catalog, std::size_t window) {
  score_.resize(popularity.n_items());
  for (std::size_t i = 0; i < score_.size(); ++i) {
    score_[i] = score_of(popularity.stats(ItemIdx(i)), weights, window);
    if (score_[i] > 0) ranking_.emplace_back(i);
  }
  std::sort(ranking_.begin(), ranking_.end(), [&](ItemIdx a, ItemIdx b) {
    if (score(a) != score(b)) return score(a) > score(b);
    const float left = popularity.stats(a).score;
    const float right = popularity.stats(b).score;
    return left != right ? left > right : a < b;
  });
  by_category_.offsets.assign(std::size_t{catalog.n_categories} + 1, 0);
  const auto category_of = [&](ItemIdx item) { return catalog.category[item.value]; };
  for (const auto item : ranking_) {
    if (category_of(item).valid()) ++by_category_.offsets[category_of(item).value + 1];
  }
  for (std::size_t c = 0; c < catalog.n_categories; ++c) {
    by_category_.offsets[c + 1] += by_category_.offsets[c];
  }
  by_category_.values.resize(by_category_.offsets.back());
  auto next = by_category_.offsets;
  for (const auto item : ranking_) {
    if (category_of(item).valid()) by_category_.values[next[category_of(item).value]++] = item;
  }
}

std::size_t popularity_window(int days, std::string_view key) {
  for (std::size_t w = 0; w + 1 < kPopularityWindowCount; ++w) {
    if (kPopularityDays[w] == static_cast<double>(days)) return w;
  }
  throw Error(ErrorCode::kConfig,
              fmt::format("{}: found {}, expected 0 (decayed), 1, 3 or 7 days", key, days));
}

}  // namespace vitrina::models
