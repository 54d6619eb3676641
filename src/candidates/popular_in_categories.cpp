#include "candidates/popular_in_categories.hpp"

#include <map>
#include <optional>

#include "models/popularity_ranking.hpp"

namespace vitrina::candidates {
namespace {

class PopularInCategories final : public Generator {
 public:
  PopularInCategories(const GeneratorContext& context, const PopularInCategoriesConfig& config)
      : context_(context), config_(config) {
    if (config.window_days == 0) return;
    const auto window = models::popularity_window(config.window_days,
                                                  "candidates.popular_in_categories.window_days");
    const auto weights =
        read_section<models::PopularityConfig>(context.params, "models.popularity");
    recent_.emplace(*context.models.popularity, weights, context.shop.catalog, window);
  }

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto& popularity = *context_.models.popularity;
    for (const auto& [category, interest] : favourite_categories(history)) {
      const auto best = recent_ ? recent_->in_category(category) : popularity.in_category(category);
      for (const auto item : best) {
        const float worth = recent_ ? recent_->score(item) : popularity.stats(item).score;
        const float score = interest * worth;
        if (score > 0 && context_.is_allowed(item)) out.push_back({item, score});
      }
    }
    keep_top_k(out, static_cast<std::size_t>(config_.limit));
  }

 private:
  /// The user's categories by decayed touches, the strongest first; shares of one.
  [[nodiscard]] std::vector<Scored<CategoryIdx>> favourite_categories(
      const UserHistory& history) const {
    std::map<CategoryIdx, float> interest;
    float total = 0;
    for (const auto& touch : history.touches) {
      const auto category = context_.shop.catalog.category[touch.item.value];
      if (!category.valid() || touch.n_events == 0) continue;
      const float weight = decay(context_.as_of - touch.last_time, config_.half_life_days);
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

  GeneratorContext context_;
  PopularInCategoriesConfig config_;
  std::optional<models::PopularityRanking> recent_;  ///< when ranked by a window
};

}  // namespace

std::unique_ptr<Generator> make_popular_in_categories(const GeneratorContext& context) {
  const auto section = section_of("popular_in_categories");
  return std::make_unique<PopularInCategories>(
      context, read_section<PopularInCategoriesConfig>(context.params, section));
}

}  // namespace vitrina::candidates
