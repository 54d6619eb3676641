#include "candidates/popular.hpp"

#include <algorithm>

#include "models/popularity_ranking.hpp"

namespace vitrina::candidates {
namespace {

/// The same list for everybody, so it is made once.
class Popular final : public Generator {
 public:
  Popular(const GeneratorContext& context, const PopularConfig& config) {
    const auto& popularity = *context.models.popularity;
    limit_ = std::max(static_cast<std::size_t>(config.limit), context.k);
    std::vector<std::uint8_t> is_listed(popularity.n_items(), 0);
    if (config.window_days != 0) {
      const auto window =
          models::popularity_window(config.window_days, "candidates.popular.window_days");
      const auto weights =
          read_section<models::PopularityConfig>(context.params, "models.popularity");
      const models::PopularityRanking recent(popularity, weights, context.shop.catalog, window);
      add(recent.ranking(), context, is_listed);
    }
    // behind what a window has, and without one, comes everything by decayed popularity
    add(popularity.ranking(), context, is_listed);
    // an answer must be full: before it is short, silent products are named too
    GeneratorContext all = context;
    all.silent = {};
    if (list_.size() < context.k) add(popularity.ranking(), all, is_listed);
  }

  void generate(const UserHistory& /*history*/, std::vector<ScoredItem>& out) const override {
    out = list_;
  }

 private:
  void add(std::span<const ItemIdx> ranking, const GeneratorContext& context,
           std::vector<std::uint8_t>& is_listed) {
    for (const auto item : ranking) {
      if (list_.size() == limit_) break;
      if (!context.is_allowed(item) || is_listed[item.value] != 0) continue;
      is_listed[item.value] = 1;
      // the place is the score: products nobody touched must stay in order too
      list_.push_back({item, 1 / static_cast<float>(list_.size() + 1)});
    }
  }

  std::size_t limit_ = 0;
  std::vector<ScoredItem> list_;
};

}  // namespace

std::unique_ptr<Generator> make_popular(const GeneratorContext& context) {
  const auto section = section_of("popular");
  return std::make_unique<Popular>(context, read_section<PopularConfig>(context.params, section));
}

}  // namespace vitrina::candidates
