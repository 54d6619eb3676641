#include "candidates/popular_in_categories.hpp"

#include <map>

namespace vitrina::candidates {
namespace {

class PopularInCategories final : public Generator {
 public:
  PopularInCategories(const GeneratorContext& context, const PopularInCategoriesConfig& config)
      : catalog_(context.products.catalog),
        popularity_(*context.models.popularity),
        config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    for (const auto& [category, interest] : favourite_categories(query, history)) {
      for (const auto item : popularity_.in_category(category)) {
        const float score = interest * popularity_.stats(item).score;
        if (score > 0 && query.filter.allows(item)) out.push_back({item, score});
      }
    }
    keep_top_k(out, static_cast<std::size_t>(config_.limit), scratch.keys);
  }

 private:
  /// The user's categories by decayed touches, the strongest first; shares of one.
  [[nodiscard]] std::vector<Scored<CategoryIdx>> favourite_categories(
      const Query& query, const UserHistory& history) const {
    std::map<CategoryIdx, float> interest;
    float total = 0;
    for (const auto& touch : history.touches) {
      const auto category = catalog_.category_of(touch.item);
      if (!category.valid() || touch.n_events == 0) continue;
      const float weight = decay(query.as_of - touch.last_time, config_.half_life_days);
      interest[category] += weight;
      total += weight;
    }
    std::vector<Scored<CategoryIdx>> favourites;
    for (const auto& [category, weight] : interest) {
      if (total > 0) favourites.push_back({category, weight / total});
    }
    keep_top_k(favourites, static_cast<std::size_t>(config_.categories));
    return favourites;
  }

  const Catalog& catalog_;
  const models::Popularity& popularity_;
  PopularInCategoriesConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_popular_in_categories(const GeneratorContext& context,
                                                      const PopularInCategoriesConfig& config) {
  return std::make_unique<PopularInCategories>(context, config);
}

}  // namespace vitrina::candidates
