#include "candidates/popular_in_categories.hpp"

#include <algorithm>
#include <span>

namespace vitrina::candidates {
namespace {

class PopularInCategories final : public Generator {
 public:
  PopularInCategories(const GeneratorContext& context, const PopularInCategoriesConfig& config)
      : catalog_(context.products.catalog), config_(config) {
    const auto& popularity = *context.models.popularity;
    // beside each other: what is said of a product lies anywhere in memory
    for (std::uint32_t c = 0; c < catalog_.n_categories; ++c) {
      for (const auto item : popularity.in_category(CategoryIdx(c))) {
        best_.values.push_back({item, popularity.stats(item).score});
      }
      best_.offsets.push_back(best_.values.size());
    }
  }

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    for (const auto& [category, interest] : favourite_categories(query, history, scratch.arena)) {
      for (const auto& [item, worth] : best_.row(category.value)) {
        const float score = interest * worth;
        if (score > 0 && query.filter.allows(item)) out.push_back({item, score});
      }
    }
    keep_top_k(out, static_cast<std::size_t>(config_.limit), scratch.keys);
  }

 private:
  /// The user's categories by decayed touches, the strongest first; shares of one.
  [[nodiscard]] std::span<const Scored<CategoryIdx>> favourite_categories(
      const Query& query, const UserHistory& history, Arena& arena) const {
    const auto keys = arena.take<std::uint64_t>(history.touches.size());
    const auto weights = arena.take<float>(history.touches.size());
    float total = 0;
    std::size_t n = 0;
    for (std::uint32_t t = 0; t < history.touches.size(); ++t) {
      const auto& touch = history.touches[t];
      const auto category = catalog_.category_of(touch.item);
      if (!category.valid() || touch.n_events == 0) continue;
      weights[t] = decay(query.as_of - touch.last_time, config_.half_life_days);
      total += weights[t];
      keys[n++] = std::uint64_t{category.value} << 32U | t;
    }
    if (!(total > 0)) return {};
    sort_numbers(keys.first(n));
    const auto interest = arena.take<Scored<CategoryIdx>>(n);
    std::size_t n_categories = 0;
    for (const auto key : keys.first(n)) {
      const CategoryIdx category(key >> 32U);
      if (n_categories == 0 || interest[n_categories - 1].id != category) {
        interest[n_categories++].id = category;
      }
      interest[n_categories - 1].score += weights[static_cast<std::uint32_t>(key)];
    }
    const auto favourites = interest.first(n_categories);
    for (auto& favourite : favourites) favourite.score /= total;
    const auto n_kept = std::min(n_categories, static_cast<std::size_t>(config_.categories));
    std::partial_sort(favourites.begin(), favourites.begin() + static_cast<std::ptrdiff_t>(n_kept),
                      favourites.end(),
                      [](const auto& a, const auto& b) { return ranks_before(a, b); });
    return favourites.first(n_kept);
  }

  const Catalog& catalog_;
  PopularInCategoriesConfig config_;
  Csr<ScoredItem> best_;  ///< by category, with their popularity
};

}  // namespace

std::unique_ptr<Generator> make_popular_in_categories(const GeneratorContext& context,
                                                      const PopularInCategoriesConfig& config) {
  return std::make_unique<PopularInCategories>(context, config);
}

}  // namespace vitrina::candidates
