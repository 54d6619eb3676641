#include "candidates/popular_in_categories.hpp"

#include <map>

namespace vitrina::candidates {
namespace {

class PopularInCategories final : public Generator {
 public:
  PopularInCategories(const GeneratorContext& context, const PopularInCategoriesConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto& popularity = *context_.models.popularity;
    for (const auto& [category, interest] : favourite_categories(history)) {
      for (const auto item : popularity.in_category(category)) {
        const float score = interest * popularity.stats(item).score;
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
};

}  // namespace

std::unique_ptr<Generator> make_popular_in_categories(const GeneratorContext& context) {
  const auto section = section_of("popular_in_categories");
  return std::make_unique<PopularInCategories>(
      context, read_section<PopularInCategoriesConfig>(context.params, section));
}

}  // namespace vitrina::candidates
