#pragma once

#include <vector>

#include "data/catalog.hpp"
#include "models/popularity.hpp"

namespace vitrina::models {

/// Ranks of products by what happened inside one of the windows of kPopularityDays, instead of by
/// decay: views, additions and orders with the weights of the popularity model.
class PopularityRanking {
 public:
  /// `window` is a position in kPopularityDays.
  PopularityRanking(const Popularity& popularity, const PopularityConfig& weights,
                    const Catalog& catalog, std::size_t window);

  /// Products with a positive score, best first, ties by the decayed score, then by id.
  [[nodiscard]] const std::vector<ItemIdx>& ranking() const { return ranking_; }
  /// The same of one category.
  [[nodiscard]] std::span<const ItemIdx> in_category(CategoryIdx category) const {
    return by_category_.row(category.value);
  }
  [[nodiscard]] float score(ItemIdx item) const { return score_[item.value]; }

 private:
  std::vector<float> score_;
  std::vector<ItemIdx> ranking_;
  Csr<ItemIdx> by_category_;
};

/// Position in kPopularityDays of a window of that many days; throws Error(kConfig), naming
/// `key`, when there is none.
std::size_t popularity_window(int days, std::string_view key);

}  // namespace vitrina::models
